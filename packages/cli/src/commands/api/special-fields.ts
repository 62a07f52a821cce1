import type { OperationField } from '../../api/operation.ts';
import { type CommandInput, type Flag, UsageError } from '../../command.ts';
import type { ApiRow } from './api-row.ts';

const roleFlag: Flag = {
  name: 'role',
  value: 'ROLE[:PATHS]',
  many: true,
  summary: "A role, on all repositories of --project or on those of the pattern: reader:'web/**'",
};

/** The flags of members of the body that people give in a shorter form than the API takes. */
export function specialFlags(row: ApiRow): readonly Flag[] {
  return row.special === 'robot' ? [roleFlag] : [];
}

/** The value of such a member; undefined for every other, and when nothing is given for it. */
export function specialValue(row: ApiRow, field: OperationField, word: string | undefined, input: CommandInput): unknown {
  if (row.special === 'member' && field.name === 'subject' && word !== undefined) return subjectOf(word);
  if (row.special === 'robot' && field.name === 'permissions' && input.has('role')) return permissionsOf(input);
  return undefined;
}

/** `alice` is a user, `group:web` a group. */
function subjectOf(word: string): { readonly kind: string; readonly name: string } {
  const [, kind = 'user', name = word] = /^(user|group):(.+)$/.exec(word) ?? [];
  return { kind, name };
}

function permissionsOf(input: CommandInput): readonly object[] {
  const project = input.one('project');
  return input.all('role').map((text) => {
    const [role = '', repositories, ...more] = text.split(':');
    if (role === '' || more.length > 0) throw new UsageError(`--role is ROLE or ROLE:PATHS, not '${text}'`);
    return { role, ...(project !== undefined && { project }), ...(repositories !== undefined && { repositories }) };
  });
}
