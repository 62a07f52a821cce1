import { UsageError } from './commands/arguments.ts';
import { ca, caHelp } from './commands/ca.ts';
import { cleanup, cleanupHelp } from './commands/cleanup.ts';
import { gc, gcHelp } from './commands/gc.ts';
import { ldap, ldapHelp } from './commands/ldap.ts';
import { operatorAgent } from './commands/operator-agent.ts';
import { serve, serveHelp } from './commands/serve.ts';
import { store, storeHelp, storeVerbs } from './commands/store.ts';
import { token, tokenHelp, tokenVerbs } from './commands/token.ts';
import { printPassword, user, userHelp, userVerbs } from './commands/user.ts';
import { describeProblems } from './config/config-problem.ts';
import { describeFlags, splitConfigFlags } from './config/flag-source.ts';
import { type LoadedConfig, loadProcessConfig } from './config/load.ts';
import type { Config } from './config/schema.ts';
import { settingsInChinese } from './config/settings.ts';
import { resetPassword } from './identity/accounts.ts';
import { printLine, printProblem, type Say, speakLike, spoken, tell, tellProblem } from './observability/terminal.ts';
import { type Backends, hasRegistry, openBackends, startWriter } from './open-backends.ts';
import { AccountError } from './registry/ports/account-error.ts';

interface Verb {
  readonly help: string;
  /** Whether the verb has arguments besides settings; without them every wrong word is a problem of the configuration. */
  readonly hasArguments: boolean;
  /** Its own verbs, where it has some: a wrong one is said before the data is looked for. */
  readonly verbs?: readonly string[];
  /** `argv`: what is left when the settings' flags are taken out. */
  run(config: Config, argv: readonly string[], loaded: LoadedConfig): Promise<number>;
}

const configHelp = `longshore config print|check [settings]

  print   the configuration that applies, each value with its source; secrets are masked
  check   says nothing and ends with 0 when the configuration is right, else lists every problem

Example:
  longshore config check --config longshore.yaml
`;

/** Most of the server: HTTP, identity, features. Loaded when the configuration is right, beside whatever that time is spent on. */
const loadComposition = () => import('./compose.ts');

const verbs: Readonly<Record<string, Verb>> = {
  serve: {
    help: serveHelp,
    hasArguments: false,
    run: (_, _argv, loaded) => serve({ ...loaded, openBackends, loadComposition, startWriter }),
  },
  gc: {
    help: gcHelp,
    hasArguments: true,
    run: (config, argv) =>
      withBackends(config, async (backends) => gc(argv, (await loadComposition()).garbageDeps(config, backends, operatorAgent()))),
  },
  cleanup: {
    help: cleanupHelp,
    hasArguments: true,
    run: (config, argv) =>
      withBackends(config, async (backends) => cleanup(argv, (await loadComposition()).retentionDeps(config, backends))),
  },
  store: {
    help: storeHelp,
    hasArguments: true,
    verbs: Object.keys(storeVerbs),
    run: (config, argv) =>
      withBackends(config, async (backends) => store(argv, (await loadComposition()).moveDeps(config, backends, operatorAgent()))),
  },
  user: {
    help: userHelp,
    hasArguments: true,
    verbs: Object.keys(userVerbs),
    run: (config, argv) => withBackends(config, ({ metadata }) => user(argv, metadata)),
  },
  token: {
    help: tokenHelp,
    hasArguments: true,
    verbs: Object.keys(tokenVerbs),
    run: (config, argv) => withBackends(config, ({ metadata }) => token(argv, metadata)),
  },
  ca: { help: caHelp, hasArguments: true, run: async (config, argv) => ca(argv, (await loadComposition()).authorityFile(config)) },
  ldap: { help: ldapHelp, hasArguments: true, run: (config, argv) => ldap(argv, config.signIn.ldap) },
  admin: {
    hasArguments: true,
    verbs: ['reset-password'],
    help: "longshore admin reset-password [settings]\n\nGives 'admin' a new random password and prints it once.\n",
    run: (config, argv) => withBackends(config, (backends) => admin(argv, backends)),
  },
  migrate: {
    hasArguments: false,
    help: 'longshore migrate [settings]\n\nBrings the database to the schema of this version and ends; serve does it too.\n',
    run: (config) => withBackends(config, async () => 0),
  },
};

/**
 * Runs one subcommand of the server and resolves to the exit code: 0, 1 for a failure, 2 for wrong usage. `inChinese`, where people are spoken to
 * in Chinese: what says a text in it; it is given the texts that exist in both languages here.
 */
export async function run(argv: readonly string[], inChinese?: (texts: Readonly<Record<string, string>>) => Say): Promise<number> {
  if (inChinese !== undefined) speakLike(inChinese(settingsInChinese()));
  const [name = 'serve', ...others] = argv;
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  const isHelp = others.includes('--help') || others.includes('-h');
  if (verb === undefined && name !== 'config') {
    tellProblem(`longshore: there is no command '${name}'. Commands: ${[...Object.keys(verbs), 'config'].join(', ')}.`);
    return 2;
  }
  if (isHelp) {
    tell(verb?.help ?? configHelp);
    if (name === 'serve') printLine(describeFlags(spoken));
    return 0;
  }
  const { configFlags, rest } = verb?.hasArguments === false ? { configFlags: others, rest: [] } : splitConfigFlags(others);
  // Of `config`, all but the action is meant as a setting, and what is none is listed with the other problems.
  const loaded = loadProcessConfig(verb === undefined ? [...configFlags, ...rest.slice(1)] : configFlags);
  if ('problems' in loaded) {
    printProblem(describeProblems(loaded.problems, spoken));
    return 2;
  }
  if (verb === undefined) return showConfig(rest[0], loaded);
  try {
    requireKnownVerb(rest, verb.verbs);
    return await verb.run(loaded.config, rest, loaded);
  } catch (error) {
    return explain(name, error);
  }
}

/** That one of the words is a verb; where it stands among flags is for the verb itself to read. */
function requireKnownVerb(words: readonly string[], known: readonly string[] | undefined): void {
  if (known === undefined || words.some((word) => known.includes(word))) return;
  throw new UsageError(words[0] === undefined ? 'A verb is missing.' : `There is no verb '${words[0]}'.`);
}

async function showConfig(action: string | undefined, loaded: LoadedConfig): Promise<number> {
  if (action === 'check') return 0;
  if (action === 'print') {
    const { printConfig } = await import('./config/print.ts');
    printLine(printConfig(loaded).trimEnd());
    return 0;
  }
  tellProblem(configHelp);
  return 2;
}

async function admin(argv: readonly string[], { metadata }: Backends): Promise<number> {
  if (argv.join(' ') !== 'reset-password') throw new UsageError("The only verb is 'reset-password'.");
  const { password } = await resetPassword(metadata, { name: 'admin', by: operatorAgent(), now: Date.now() });
  printPassword('admin', password);
  return 0;
}

/** For verbs that work on a registry: a mistyped directory is said, not filled with a new one. */
async function withBackends(config: Config, work: (backends: Backends) => Promise<number>): Promise<number> {
  if (!hasRegistry(config)) throw new UsageError(`There is no registry in '${config.data}': name its directory with --data.`);
  const backends = await openBackends(config);
  try {
    return await work(backends);
  } finally {
    await backends.close();
  }
}

/** What the person at the terminal sees of a failure: its message and causes; a stack only of what nobody foresaw. */
function explain(name: string, error: unknown): number {
  if (error instanceof UsageError) {
    tellProblem(`longshore ${name}: ${error.message} See 'longshore ${name} --help'.`);
    return 2;
  }
  const foreseen =
    error instanceof AccountError ||
    (error instanceof Error &&
      [
        'StorageError',
        'SecretKeyError',
        'TlsProblem',
        'Error',
        'GarbageCollectionBusyError',
        'MoveRefusedError',
        'LeaseLostError',
        'RetentionBusyError',
      ].includes(error.name));
  printProblem(
    `longshore ${name}: ${foreseen ? spoken(error.message) : error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  return 1;
}

if (import.meta.main) process.exit(await run(process.argv.slice(2)));
