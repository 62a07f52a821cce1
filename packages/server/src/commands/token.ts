import { createAccessToken } from '../identity/accounts.ts';
import { printLine, tell } from '../observability/terminal.ts';
import type { AccountStore } from '../registry/ports/account-store.ts';
import { readArguments, readVerb, requireDuration, UsageError } from './arguments.ts';
import { operatorAgent } from './operator-agent.ts';
import { requireUser } from './user.ts';

export const tokenHelp = `longshore token VERB ...

  create USER --name NAME [--expires 90d]    prints the token once; use it as the password of a login
  list USER
  revoke USER ID

Examples:
  longshore token create alice --name ci --expires 30d
  longshore token revoke alice 3
`;

/** The verbs of `longshore token`, with the words that each takes. */
export const tokenVerbs = { create: ['USER'], list: ['USER'], revoke: ['USER', 'ID'] } as const;

/** `longshore token`: personal access tokens, for scripts that should not know a password. */
export async function token(argv: readonly string[], accounts: AccountStore): Promise<number> {
  const { values, positionals } = readArguments(argv, { name: { type: 'string' }, expires: { type: 'string', default: '90d' } });
  const { verb, operands } = readVerb('token', positionals, tokenVerbs);
  const [name = '', id = ''] = operands;
  const owner = await requireUser(accounts, name);
  const by = operatorAgent();
  const now = Date.now();
  switch (verb) {
    case 'create': {
      if (values.name === undefined) throw new UsageError('The token needs a name: --name ci');
      const made = await createAccessToken(accounts, owner, { name: values.name, ttlMs: requireDuration(values.expires), by, now });
      printLine(made.token);
      return 0;
    }
    case 'list':
      for (const listed of await accounts.listAccessTokens(owner.id)) {
        tell([listed.id, listed.name, `expires ${timeOf(listed.expiresAt)}`, `last used ${timeOf(listed.lastUsedAt)}`].join('  '));
      }
      return 0;
    case 'revoke':
      if (await accounts.deleteAccessToken({ id: Number(id), userId: owner.id, by, at: now })) return 0;
      throw new UsageError(`${name} has no token ${id}: 'longshore token list ${name}' shows them.`);
  }
}

function timeOf(at: number | undefined): string {
  return at === undefined ? 'never' : new Date(at).toISOString();
}
