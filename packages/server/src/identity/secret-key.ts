import { createHash, randomBytes } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The secret key's file cannot be used; the message says what to do. */
export class SecretKeyError extends Error {
  override readonly name = 'SecretKeyError';
}

/**
 * The installation's secret key (32 bytes; 64 hexadecimal digits in the file). Without a file a random key is made,
 * readable by its owner only; of several processes that start at once all get the same one. Throws `SecretKeyError`
 * when others may read the file, or it holds something else or a key that anybody could guess.
 */
export async function loadOrCreateSecretKey(path: string): Promise<Uint8Array> {
  const existing = await readSecretKey(path);
  if (existing !== undefined) return existing;
  await writeSecretKey(path);
  const created = await readSecretKey(path);
  if (created === undefined) throw new SecretKeyError(`${path} was removed while it was being made.`);
  return created;
}

/** The key in the file, undefined when there is no such file. */
async function readSecretKey(path: string): Promise<Uint8Array | undefined> {
  const file = await openIfThere(path);
  if (file === undefined) return undefined;
  try {
    const { mode, size } = await file.stat();
    if ((mode & 0o077) !== 0) {
      throw new SecretKeyError(`${path} may be read or changed by others (mode ${(mode & 0o777).toString(8)}): run chmod 600 on it.`);
    }
    if (size > 66) throw new SecretKeyError(`${path} must hold 64 hexadecimal digits.`);
    return requireSecretKey(await file.readFile('utf8'), path);
  } finally {
    await file.close();
  }
}

/** The key in `text`; `source` names it in the error. */
function requireSecretKey(text: string, source: string): Uint8Array {
  const digits = text.trimEnd();
  if (!/^[0-9a-f]{64}$/i.test(digits)) throw new SecretKeyError(`${source} must hold 64 hexadecimal digits.`);
  const key = new Uint8Array(Buffer.from(digits, 'hex'));
  if (isGuessable(key)) throw new SecretKeyError(`${source} holds a key that is not random: delete it, and a random one is made.`);
  return key;
}

/**
 * Zeros, one byte repeated, a count, text, few different bytes, or the hash of an obvious word. Of 32 random bytes about
 * 30 are different; fewer than 16 happen once in 10^15.
 */
function isGuessable(key: Uint8Array): boolean {
  const step = ((key[1] ?? 0) - (key[0] ?? 0)) & 0xff;
  const counts = key.every((byte, index) => index === 0 || ((byte - (key[index - 1] ?? 0)) & 0xff) === step);
  const isText = key.every((byte) => byte >= 0x20 && byte < 0x7f);
  return counts || isText || new Set(key).size < 16 || obviousKeys.has(Buffer.from(key).toString('hex'));
}

const obviousKeys = new Set(
  ['', 'admin', 'changeme', 'key', 'longshore', 'password', 'secret', 'test'].map((word) =>
    createHash('sha256').update(word).digest('hex'),
  ),
);

/** Makes the file whole or not at all, and leaves one that is already there. */
async function writeSecretKey(path: string): Promise<void> {
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${randomBytes(32).toString('hex')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await linkUnlessThere(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function linkUnlessThere(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // Another process was faster: its key is the key.
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

async function openIfThere(path: string): Promise<Awaited<ReturnType<typeof open>> | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
