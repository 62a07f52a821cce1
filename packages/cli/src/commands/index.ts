import type { Command } from '../command.ts';
import { apiCommand } from './api/api-command.ts';
import { contentRows } from './api/content.ts';
import { machineRows } from './api/machines.ts';
import { operationRows } from './api/operation-rows.ts';
import { peopleRows } from './api/people.ts';
import { projectRows } from './api/projects.ts';
import { completionOf } from './completion.ts';
import { deploy } from './deploy/deploy.ts';
import { doctor } from './doctor/doctor.ts';
import { gc } from './gc.ts';
import { copyImage } from './images/copy.ts';
import { diffImages } from './images/diff.ts';
import { imageHistory } from './images/history.ts';
import { listRepositories, listTags } from './images/lists.ts';
import { promoteImage } from './images/promote.ts';
import { removeImage, removeTag } from './images/remove.ts';
import { showImage } from './images/show.ts';
import { inspect } from './inspect.ts';
import { ls } from './ls.ts';
import { ping } from './ping.ts';
import { login } from './session/login.ts';
import { logout } from './session/logout.ts';
import { version } from './version.ts';

const rows = [...projectRows, ...contentRows, ...peopleRows, ...machineRows, ...operationRows];
const own = [
  login,
  logout,
  listRepositories,
  listTags,
  removeTag,
  showImage,
  imageHistory,
  promoteImage,
  copyImage,
  removeImage,
  diffImages,
];
const plain = [deploy, doctor, gc, ping, ls, inspect, completionOf(() => clientCommands), version];

/** Every command that this package implements, by noun. */
export const clientCommands: readonly Command[] = [...own, ...rows.map(apiCommand), ...plain].toSorted((a, b) =>
  a.name < b.name ? -1 : 1,
);
