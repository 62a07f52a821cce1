import assert from 'node:assert/strict';
import type { Answer } from '../protocol/http-client.ts';
import { digestOf } from '../protocol/sample-content.ts';
import { type Asked, uniqueBlob } from './asked-actions.ts';
import { actions } from './expectations.ts';

/** What an action may change: a look at it that differs when it did, and how it is put back. */
interface Trace {
  readonly look: (asked: Asked) => Promise<string>;
  readonly undo?: (asked: Asked, answer: Answer) => Promise<unknown>;
}

/** How administrators look at what is of a project, and put it back. */
export type AsAdministrator = (method: string, path: string, version?: string) => Promise<Answer>;

/** What each action that changes something may leave behind. */
export function tracesOf(admin: AsAdministrator): Readonly<Record<string, Trace>> {
  const listed =
    (what: string) =>
    async ({ project }: Asked) =>
      (await admin('GET', `/projects/${project}${what}`)).body.toString();
  const remove = async (_: Asked, { headers }: Answer) => {
    const { status } = await admin('DELETE', String(headers.location).replace('/api/v1', ''), '*');
    assert.equal(status, 204);
  };
  const inRepository: Trace = { look: ({ at }) => at.look(), undo: ({ at }) => at.restore() };
  const changing = Object.entries(actions).filter(([, { rule }]) => rule !== '-');
  return {
    ...Object.fromEntries(changing.map(([action]) => [action, inRepository])),
    'push a blob': { look: async ({ at, unique }) => String(await at.hasBlob(digestOf(uniqueBlob(unique)))) },
    'mount a blob': {
      look: async ({ at, source }) => String(await at.hasBlob(source.loose)),
      undo: ({ at, source }) => at.removeBlob(source.loose),
    },
    'add a tag rule': { look: listed('/tag-rules?limit=200'), undo: remove },
    'give the role reader': { look: listed('/members?limit=200'), undo: remove },
    'change the project': { look: listed('') },
  };
}
