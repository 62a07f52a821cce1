import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { authorityName } from './authority-name.ts';
import type { Issued } from './certificate-writer.ts';
import { TlsProblem } from './tls-problem.ts';

/** The certificates that the registry made for itself. */
export interface SelfSigned {
  /** Certificate and key of the server in one file, so that they change together. */
  readonly pairFile: string;
  /** The authority's certificate, for clients. */
  readonly authorityFile: string;
  /** Whether a new authority was made just now: clients do not know it yet. */
  readonly isNewAuthority: boolean;
}

/** One of them as it lies in its file. */
interface Kept extends Issued {
  readonly hosts: readonly string[];
}

/** Replaced when less than this is left. */
const renewalMs = 60 * 24 * 60 * 60 * 1000;
const pairName = 'server.pem';
const authorityPattern = /^ca-(\d{1,9})\.pem$/;
/** What `withDraft` writes before it is published. */
const draftPattern = /^(?:server\.pem|ca\.crt|ca-\d{1,9}\.pem)\.[0-9a-f]{16}$/;
/** A draft is published within moments; one that is older belongs to a process that was killed. */
const draftMs = 60_000;
const remakeServer = 'delete it, and it is made anew';
const remakeAuthority =
  'restore it from a backup, or delete it: a new authority is then made, which clients must trust before they can connect';

/**
 * Makes what is missing in `directory`: an authority that may vouch for `names`, and a server certificate for exactly
 * these. Renews what is near its end. Several processes that start at once, or ask again later, get the same authority.
 */
export async function ensureSelfSigned(directory: string, names: readonly string[], now: Date): Promise<SelfSigned> {
  const hosts = [...new Set(names.map((name) => name.toLowerCase()))].toSorted();
  const pairFile = join(directory, pairName);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await removeStrayDrafts(directory);
    const { authority, isNew } = await ensureAuthority(directory, hosts, now);
    const authorityFile = join(directory, authorityName);
    const publicPart = authority.certificate.toString();
    if ((await readIfThere(authorityFile)) !== publicPart) await replaceFile(authorityFile, publicPart, 0o644);
    if (!isServerPair(await readPair(pairFile, remakeServer), authority, hosts, now)) {
      const { makeServerCertificate } = await import('./certificate-writer.ts');
      await replaceFile(pairFile, textOf(makeServerCertificate(authority, hosts, now), hosts), 0o600);
    }
    return { pairFile, authorityFile, isNewAuthority: isNew };
  } catch (error) {
    if (error instanceof TlsProblem) throw error;
    throw new TlsProblem(
      [`The certificates in ${directory} cannot be made or read: ${reasonOf(error)}. Allow it to this user, or set tls.certFile.`],
      { cause: error },
    );
  }
}

/** They hold keys that nobody uses. */
async function removeStrayDrafts(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!draftPattern.test(name)) continue;
    const file = join(directory, name);
    // Another process may publish it, or remove it as this one does.
    const draft = await ifThere(stat(file));
    if (draft !== undefined && Date.now() - draft.mtimeMs > draftMs) await rm(file, { force: true });
  }
}

/** The newest authority when it is good for these hosts, else the next. Whoever makes a number first, makes it for all. */
async function ensureAuthority(directory: string, hosts: readonly string[], now: Date): Promise<{ authority: Kept; isNew: boolean }> {
  for (let isNew = false; ; isNew = true) {
    const numbers = (await readdir(directory)).map((name) => Number(authorityPattern.exec(name)?.[1] ?? 0));
    const newest = Math.max(0, ...numbers);
    const authority = await readPair(join(directory, `ca-${newest}.pem`), remakeAuthority);
    if (authority !== undefined && isGood(authority, now) && mayVouchFor(authority, hosts)) return { authority, isNew };
    const { makeAuthority } = await import('./certificate-writer.ts');
    await addFile(join(directory, `ca-${newest + 1}.pem`), textOf(makeAuthority(hosts, now), hosts));
  }
}

function isGood({ certificate }: Issued, now: Date): boolean {
  return certificate.validToDate.getTime() - now.getTime() > renewalMs;
}

/** Whether the authority's name constraints allow all of them. */
function mayVouchFor(authority: Kept, hosts: readonly string[]): boolean {
  const covers = (own: string, host: string) => host === own || host.replace(/^\*\./, '') === own || host.endsWith(`.${own}`);
  return hosts.every((host) => authority.hosts.some((own) => covers(own.replace(/^\*\./, ''), host)));
}

function isServerPair(pair: Kept | undefined, authority: Kept, hosts: readonly string[], now: Date): boolean {
  return (
    pair !== undefined &&
    isGood(pair, now) &&
    pair.hosts.join(' ') === hosts.join(' ') &&
    pair.certificate.verify(authority.certificate.publicKey)
  );
}

/** What a file of ours holds: the host names in a line of their own, certificate and key as PEM. */
function textOf({ certificate, key }: Issued, hosts: readonly string[]): string {
  return `Hosts: ${hosts.join(' ')}\n${certificate.toString()}${key.export({ type: 'pkcs8', format: 'pem' })}`;
}

/** undefined when it is not there; throws `TlsProblem` with the remedy when it is damaged. */
async function readPair(file: string, remedy: string): Promise<Kept | undefined> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  try {
    const hosts = /^Hosts: (.+)$/m.exec(text)?.[1]?.split(' ') ?? [];
    const pair = { certificate: new X509Certificate(text), key: createPrivateKey(text), hosts };
    if (!pair.certificate.checkPrivateKey(pair.key)) throw new TypeError('its key is not that of its certificate');
    return pair;
  } catch (cause) {
    const damage = text.trim() === '' ? 'empty' : `damaged (${reasonOf(cause)})`;
    throw new TlsProblem([`${file}, which the registry made itself, is ${damage}: ${remedy}.`], { cause });
  }
}

function readIfThere(file: string): Promise<string | undefined> {
  return ifThere(readFile(file, 'utf8'));
}

async function ifThere<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Makes the file whole or not at all, and leaves one that is already there. */
async function addFile(file: string, text: string): Promise<void> {
  await withDraft(file, text, 0o600, async (draft) => {
    try {
      await link(draft, file);
    } catch (error) {
      // Another process was faster: its authority is the authority.
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  });
}

async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  await withDraft(file, text, mode, (draft) => rename(draft, file));
}

async function withDraft(file: string, text: string, mode: number, publish: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  try {
    const handle = await open(draft, 'wx', mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await publish(draft);
  } finally {
    await rm(draft, { force: true });
  }
  const directory = await open(dirname(file), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
