import { account as accountEn } from '../../../packages/console/src/i18n/en/account.ts';
import { admin as adminEn } from '../../../packages/console/src/i18n/en/admin.ts';
import { forms as formsEn } from '../../../packages/console/src/i18n/en/forms.ts';
import { members as membersEn } from '../../../packages/console/src/i18n/en/members.ts';
import { oversight as oversightEn } from '../../../packages/console/src/i18n/en/oversight.ts';
import { projects as projectsEn } from '../../../packages/console/src/i18n/en/projects.ts';
import { repository as repositoryEn } from '../../../packages/console/src/i18n/en/repository.ts';
import { robots as robotsEn } from '../../../packages/console/src/i18n/en/robots.ts';
import { rules as rulesEn } from '../../../packages/console/src/i18n/en/rules.ts';
import { webhooks as webhooksEn } from '../../../packages/console/src/i18n/en/webhooks.ts';
import { account as accountZh } from '../../../packages/console/src/i18n/zh-CN/account.ts';
import { admin as adminZh } from '../../../packages/console/src/i18n/zh-CN/admin.ts';
import { forms as formsZh } from '../../../packages/console/src/i18n/zh-CN/forms.ts';
import { members as membersZh } from '../../../packages/console/src/i18n/zh-CN/members.ts';
import { oversight as oversightZh } from '../../../packages/console/src/i18n/zh-CN/oversight.ts';
import { projects as projectsZh } from '../../../packages/console/src/i18n/zh-CN/projects.ts';
import { repository as repositoryZh } from '../../../packages/console/src/i18n/zh-CN/repository.ts';
import { robots as robotsZh } from '../../../packages/console/src/i18n/zh-CN/robots.ts';
import { rules as rulesZh } from '../../../packages/console/src/i18n/zh-CN/rules.ts';
import { webhooks as webhooksZh } from '../../../packages/console/src/i18n/zh-CN/webhooks.ts';
import type { DemoContent } from './demo-content.ts';

/** A page of the demonstration. */
export interface DemoPage {
  readonly name: string;
  readonly path: string;
  /** The button of it that opens a dialog, in each language; the page itself without. */
  readonly press?: { readonly en: string; readonly 'zh-CN': string };
}

const en = {
  ...membersEn,
  ...rulesEn,
  ...webhooksEn,
  ...robotsEn,
  ...oversightEn,
  ...adminEn,
  ...accountEn,
  ...projectsEn,
  ...repositoryEn,
};
const zh = {
  ...membersZh,
  ...rulesZh,
  ...webhooksZh,
  ...robotsZh,
  ...oversightZh,
  ...adminZh,
  ...accountZh,
  ...projectsZh,
  ...repositoryZh,
};

/** The button with this text; `tag` is what it names. */
function button(text: keyof typeof en, tag = '') {
  return { en: en[text].replace('{tag}', tag), 'zh-CN': zh[text].replace('{tag}', tag) };
}

/** Every page as an administrator sees it, and the dialogs that most of them open. */
export function demoPages(content: Pick<DemoContent, 'webhook' | 'robot' | 'digest'>): readonly DemoPage[] {
  return [
    { name: 'home', path: '/' },
    { name: 'search', path: '/search?query=web' },
    { name: 'search-nothing', path: '/search?query=nothingatall' },
    ...repositoryPages(),
    ...imagePages(content),
    ...projectPages(content),
    ...administrationPages(),
    { name: 'compare-choose', path: '/compare' },
    { name: 'compare', path: '/compare?from=shop-dev%2Fweb%3A2.3.1&to=shop-dev%2Fweb%3A2.4.1' },
    { name: 'deploy-choose', path: '/deploy' },
    { name: 'deploy', path: '/deploy?repository=shop-dev%2Fweb&reference=2.4.1' },
    { name: 'account', path: '/account' },
    { name: 'account-token', path: '/account', press: button('newToken') },
    { name: 'account-password', path: '/account', press: button('changePassword') },
    { name: 'signed-in', path: '/signed-in' },
    { name: 'nothing', path: '/no/such/page' },
  ];
}

function repositoryPages(): DemoPage[] {
  const web = '/repositories/shop-dev%2Fweb';
  return [
    { name: 'repositories', path: '/repositories' },
    { name: 'repositories-of-project', path: '/repositories?project=shop-dev' },
    { name: 'repository', path: web },
    { name: 'repository-delete', path: web, press: button('deleteRepository') },
    { name: 'repository-delete-tag', path: web, press: button('deleteTagTitle', '2.2.0') },
    { name: 'repository-history', path: `${web}?history=latest` },
    { name: 'repository-manifests', path: `${web}?tab=manifests` },
    { name: 'repository-promotions', path: '/repositories/shop-test%2Fweb?tab=promotions' },
    { name: 'repository-undo', path: '/repositories/shop-test%2Fcart?tab=promotions', press: button('undo') },
  ];
}

function imagePages({ digest }: Pick<DemoContent, 'digest'>): DemoPage[] {
  const image = '/repositories/shop-dev%2Fweb/images/2.4.1';
  const tabs = ['layers', 'history', 'config', 'files', 'manifest', 'referrers', 'promotion'];
  return [
    { name: 'image', path: image },
    ...tabs.map((tab) => ({ name: `image-${tab}`, path: `${image}?tab=${tab}` })),
    { name: 'image-file', path: `${image}?tab=files&path=srv%2Fapp&file=srv%2Fapp%2Fpackage.json` },
    { name: 'image-by-digest', path: `/repositories/shop-dev%2Fweb/images/${encodeURIComponent(digest)}` },
  ];
}

function projectPages({ webhook, robot }: Pick<DemoContent, 'webhook' | 'robot'>): DemoPage[] {
  const shop = '/projects/shop-dev';
  return [
    { name: 'projects', path: '/projects' },
    { name: 'projects-new', path: '/projects', press: button('newProject') },
    { name: 'project', path: shop },
    { name: 'project-members', path: `${shop}/members` },
    { name: 'project-members-add', path: `${shop}/members`, press: { en: membersEn.addMember, 'zh-CN': membersZh.addMember } },
    { name: 'project-roles', path: `${shop}/roles` },
    { name: 'project-roles-new', path: `${shop}/roles`, press: { en: membersEn.newRole, 'zh-CN': membersZh.newRole } },
    { name: 'project-robots', path: `${shop}/robots` },
    { name: 'project-robots-new', path: `${shop}/robots`, press: { en: robotsEn.newRobot, 'zh-CN': robotsZh.newRobot } },
    { name: 'project-robot', path: `${shop}/robots/${robot}` },
    { name: 'project-robot-rotate', path: `${shop}/robots/${robot}`, press: { en: robotsEn.rotate, 'zh-CN': robotsZh.rotate } },
    { name: 'project-quota', path: `${shop}/quota` },
    { name: 'project-quota-change', path: `${shop}/quota`, press: { en: formsEn.edit, 'zh-CN': formsZh.edit } },
    { name: 'project-tag-rules', path: `${shop}/tag-rules` },
    { name: 'project-tag-rules-new', path: `${shop}/tag-rules`, press: button('newTagRule') },
    { name: 'project-retention', path: `${shop}/retention` },
    { name: 'project-webhooks', path: `${shop}/webhooks` },
    { name: 'project-webhooks-new', path: `${shop}/webhooks`, press: { en: webhooksEn.newWebhook, 'zh-CN': webhooksZh.newWebhook } },
    { name: 'project-webhook', path: `${shop}/webhooks/${webhook}` },
    { name: 'project-jobs', path: `${shop}/jobs` },
    { name: 'project-audit', path: `${shop}/audit` },
    { name: 'project-settings', path: `${shop}/settings` },
    { name: 'project-delete', path: `${shop}/settings`, press: button('deleteProject') },
  ];
}

function administrationPages(): DemoPage[] {
  const pages = ['users', 'groups', 'members', 'roles', 'robots', 'quotas', 'webhooks', 'jobs', 'garbage', 'audit', 'settings'];
  const of = (page: string) => `/administration/${page}`;
  return [
    { name: 'administration', path: '/administration' },
    ...pages.map((page) => ({ name: `administration-${page}`, path: of(page) })),
    { name: 'administration-user', path: of('users/omar') },
    { name: 'administration-user-password', path: of('users/omar'), press: button('setPassword') },
    { name: 'administration-user-delete', path: of('users/omar'), press: button('deleteUser') },
    { name: 'administration-users-new', path: of('users'), press: button('newUser') },
    { name: 'administration-groups-new', path: of('groups'), press: button('newGroup') },
    { name: 'administration-members-add', path: of('members'), press: { en: adminEn.addMember, 'zh-CN': adminZh.addMember } },
    { name: 'administration-robots-new', path: of('robots'), press: { en: adminEn.newRobot, 'zh-CN': adminZh.newRobot } },
    { name: 'administration-webhooks-new', path: of('webhooks'), press: { en: oversightEn.newWebhook, 'zh-CN': oversightZh.newWebhook } },
    { name: 'administration-collect', path: of('garbage'), press: button('collect') },
  ];
}
