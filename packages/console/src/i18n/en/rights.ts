/** Texts of what somebody may do, and of why not. */
export const rights = {
  'may.pull': 'pull',
  'may.push': 'push',
  'may.update': 'move tags',
  'may.delete': 'delete',
  'may.list': 'see what there is',
  'may.promote': 'promote into it',
  'may.configure': 'set its rules',
  'may.audit': 'read its audit log',
  'may.administer': 'administer',
  listComma: ', ',
  refused: 'This needs the right to {action} in {place}. You are {roles} there, which does not include it.',
  refusedWithoutRole: 'This needs the right to {action} in {place}, where you have no role.',
  notShown: 'You may not see this',
  askOwner: 'An owner of the project, or an administrator of the registry, can give you a role that allows it.',
} as const satisfies Record<string, string>;
