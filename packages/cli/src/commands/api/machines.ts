import type { ApiRow } from './api-row.ts';

const robotColumns = ['id', 'userName', 'disabled', 'expiresAt', 'lastUsedAt', 'permissions'];
const deliveryColumns = ['id', 'type', 'state', 'attempts', 'status', 'createdAt', 'finishedAt'];

/** Robots and webhooks: of the registry, and with `--project` of a project. */
export const machineRows: readonly ApiRow[] = [
  {
    name: 'robot ls',
    call: ['listRobots', 'listProjectRobots'],
    columns: robotColumns,
    named: 'id',
    examples: ['longshore robot ls --project team'],
  },
  { name: 'robot show', call: ['getRobot', 'getProjectRobot'], named: 'id', examples: ['longshore robot show --project team 4'] },
  {
    name: 'robot create',
    call: ['createRobot', 'createProjectRobot'],
    words: ['name'],
    special: 'robot',
    named: 'secret',
    examples: [
      'longshore robot create ci --project team --role writer',
      'longshore robot create ci --project team --role reader:web/** --expires-at 30d',
    ],
  },
  {
    name: 'robot edit',
    call: ['updateRobot', 'updateProjectRobot'],
    special: 'robot',
    named: 'id',
    examples: ['longshore robot edit --project team 4 --disabled', 'longshore robot edit --project team 4 --role reader'],
  },
  {
    name: 'robot rm',
    call: ['deleteRobot', 'deleteProjectRobot'],
    loses: 'The robot: what uses its secret is logged out',
    examples: ['longshore robot rm --project team 4'],
  },
  {
    name: 'robot rotate',
    call: ['rotateRobotSecret', 'rotateProjectRobotSecret'],
    named: 'secret',
    examples: ['longshore robot rotate --project team 4 --overlap 1d'],
  },
  {
    name: 'trust ls',
    call: ['listRobotTrusts', 'listProjectRobotTrusts'],
    columns: ['id', 'issuer', 'rule', 'createdAt', 'lastUsedAt'],
    named: 'id',
    examples: ['longshore trust ls --project team 4'],
  },
  {
    name: 'trust create',
    call: ['createRobotTrust', 'createProjectRobotTrust'],
    words: ['issuer', 'rule'],
    named: 'id',
    examples: [`longshore trust create --project team 4 github 'claims.repository == "octo/app"'`],
  },
  {
    name: 'trust check',
    call: ['checkRobotTrusts', 'checkProjectRobotTrusts'],
    examples: ['longshore trust check --project team 4 --claims "$(cat claims.json)"'],
  },
  {
    name: 'trust rm',
    call: ['deleteRobotTrust', 'deleteProjectRobotTrust'],
    loses: 'The trust: pipelines that use it are refused',
    examples: ['longshore trust rm --project team 4 2'],
  },
  {
    name: 'webhook ls',
    call: ['listWebhooks', 'listProjectWebhooks'],
    columns: ['id', 'name', 'url', 'events', 'enabled', 'disabledReason'],
    named: 'id',
    examples: ['longshore webhook ls --project team'],
  },
  { name: 'webhook show', call: ['getWebhook', 'getProjectWebhook'], named: 'id', examples: ['longshore webhook show --project team 2'] },
  {
    name: 'webhook create',
    call: ['createWebhook', 'createProjectWebhook'],
    words: ['name', 'url'],
    named: 'id',
    examples: ['longshore webhook create --project team ci https://ci.example/hook --events manifest.pushed,tag.moved'],
  },
  {
    name: 'webhook edit',
    call: ['updateWebhook', 'updateProjectWebhook'],
    named: 'id',
    examples: ['longshore webhook edit --project team 2 --no-enabled'],
  },
  {
    name: 'webhook rm',
    call: ['deleteWebhook', 'deleteProjectWebhook'],
    loses: 'The webhook with its log of deliveries',
    examples: ['longshore webhook rm --project team 2'],
  },
  { name: 'webhook test', call: ['testWebhook', 'testProjectWebhook'], named: 'id', examples: ['longshore webhook test --project team 2'] },
  {
    name: 'delivery ls',
    call: ['listWebhookDeliveries', 'listProjectWebhookDeliveries'],
    columns: deliveryColumns,
    named: 'id',
    examples: ['longshore delivery ls --project team 2 --state failed'],
  },
  {
    name: 'delivery show',
    call: ['getWebhookDelivery', 'getProjectWebhookDelivery'],
    named: 'id',
    examples: ['longshore delivery show --project team 2 81'],
  },
  {
    name: 'delivery replay',
    call: ['replayWebhookDelivery', 'replayProjectWebhookDelivery'],
    named: 'id',
    examples: ['longshore delivery replay --project team 2 81'],
  },
];
