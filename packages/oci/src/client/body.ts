import type { Digest, DigestAlgorithm } from '../digest.ts';
import { digestFromBytes } from '../digest.ts';
import type { JsonObject } from '../json-shape.ts';
import { isJsonObject } from '../json-shape.ts';
import { protocolError } from './error.ts';

/** The body of an answer, refused as a protocol error as soon as it is longer than `maxBytes`. */
export async function readBytes(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel().catch(() => undefined);
      throw protocolError(`the answer is longer than ${maxBytes} bytes`);
    }
    chunks.push(value);
  }
  return concatBytes(chunks, length);
}

/** These chunks in one piece of `length` bytes. */
export function concatBytes(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** The body as text, with the limit of {@link readBytes}. */
export async function readText(response: Response, maxBytes: number): Promise<string> {
  return new TextDecoder().decode(await readBytes(response, maxBytes));
}

/** The body as a JSON object, with the limit of {@link readBytes}; undefined when it is anything else. */
export async function readJson(response: Response, maxBytes: number): Promise<JsonObject | undefined> {
  return jsonObjectIn(await readBytes(response, maxBytes));
}

/** The JSON object that bytes are; undefined when they are anything else. */
export function jsonObjectIn(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Lets go of a body that nobody wants, so that its connection can be used again. */
export async function discardBody(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}

/** The digest of these bytes. */
export async function digestOf(algorithm: DigestAlgorithm, bytes: Uint8Array): Promise<Digest> {
  const name = algorithm === 'sha256' ? 'SHA-256' : 'SHA-512';
  return digestFromBytes(new Uint8Array(await crypto.subtle.digest(name, bytes as Uint8Array<ArrayBuffer>)));
}
