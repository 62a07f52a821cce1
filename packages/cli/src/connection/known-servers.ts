import { mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { Surroundings } from '../command.ts';

/** What is remembered of a registry that somebody logged in to. No secret is among it. */
export interface KnownServer {
  readonly url: string;
  /** Whether it has the management API. */
  readonly isLongshore: boolean;
  /** A PEM file with authorities to trust for it. */
  readonly caFile?: string;
  /** The host elsewhere that issues its tokens, as it was at login. */
  readonly tokenHost?: string;
}

/** The registries by host, and which is meant when none is named. */
export interface KnownServers {
  readonly current?: string;
  readonly servers: Readonly<Record<string, KnownServer>>;
}

/** `cli.json` in the user's configuration folder (XDG Base Directory Specification). */
export function knownServersPath({ environment, home }: Pick<Surroundings, 'environment' | 'home'>): string {
  const folder = environment['XDG_CONFIG_HOME'] ?? '';
  return join(isAbsolute(folder) ? folder : join(home, '.config'), 'longshore', 'cli.json');
}

/** What was remembered; nothing where there is no file. Throws for a file that is no JSON. */
export async function readKnownServers(surroundings: Pick<Surroundings, 'environment' | 'home'>): Promise<KnownServers> {
  return ((await readJsonFile(knownServersPath(surroundings))) as KnownServers | undefined) ?? { servers: {} };
}

/** Remembers this instead. */
export function writeKnownServers(known: KnownServers, surroundings: Pick<Surroundings, 'environment' | 'home'>): Promise<void> {
  return writeJsonFile(knownServersPath(surroundings), known);
}

/** A file's JSON; undefined where there is no file. The error of another trouble names the file and what to do. */
export async function readJsonFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path} is not JSON: repair it, or move it away and log in again`, { cause });
  }
}

/** Writes a file that only the user reads, whole or not at all; where a symbolic link stands, the file that it leads to. */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const place = await realpath(path).catch(() => path);
  // A name that nobody can foresee, and nothing that stands there already is written to.
  const beside = `${place}.${crypto.randomUUID()}.tmp`;
  try {
    await writeFile(beside, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await rename(beside, place);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
