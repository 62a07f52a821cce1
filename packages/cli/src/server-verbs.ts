import type { Say, Surroundings } from './command.ts';
import { languageOf } from './language.ts';

/** The verbs that the server package implements, with what they do. */
export const serverVerbs: ReadonlyMap<string, string> = new Map([
  ['serve', 'Runs the registry'],
  ['gc', 'Removes content that nothing refers to'],
  ['cleanup', 'Removes what nobody has pushed or pulled for some days'],
  ['store', 'Shows where projects live, and moves them between stores'],
  ['user', 'Adds, changes and removes accounts and their grants'],
  ['token', 'Creates, lists and revokes access tokens'],
  ['ca', "Prints the certificate of the registry's own authority"],
  ['ldap', 'Tries the directories of the settings step by step'],
  ['admin', "Resets the administrator's password"],
  ['config', 'Prints or checks the configuration'],
  ['migrate', 'Brings the database to the current schema'],
]);

/**
 * Those that the API has as well, with the commands that are written alike on both sides: they go to the API when a registry is named or
 * somebody is logged in. `--data` and `--config` always mean the data on this machine.
 */
export const sharedVerbs: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['gc', new Set(['gc'])],
  ['cleanup', new Set(['cleanup'])],
  ['user', new Set()],
  ['token', new Set(['token create'])],
  ['admin', new Set()],
]);

/** What the server package exports for this command. */
interface ServerModule {
  readonly run: (argv: string[], inChinese?: (texts: Readonly<Record<string, string>>) => Say) => Promise<number>;
}

/** Imports the server package; undefined when it is not installed. */
async function importServer(): Promise<ServerModule | undefined> {
  try {
    return await import('@longshore/server/main');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    // A module missing inside the server is another fault and must not look like this one.
    if (missing && error.message.includes("'@longshore/server'")) return undefined;
    throw error;
  }
}

/** Hands the arguments, verb first, to the server package. */
export async function runServerVerb(
  argv: readonly string[],
  { output, environment }: Pick<Surroundings, 'output' | 'environment'>,
  load = importServer,
): Promise<number> {
  const server = await load();
  if (server !== undefined) {
    if (languageOf({ environment }) === 'en') return server.run([...argv]);
    return server.run([...argv], (await import('./language/say-in-chinese.ts')).chineseWith);
  }
  output.err(`longshore ${argv[0]}: the server is not installed here; this is only the client.`);
  output.err('Run it from a checkout (npm start) or with the container image.');
  return 1;
}
