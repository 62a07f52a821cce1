/** ExtendedRequest 1.3.6.1.4.1.1466.20037 as message 1 (RFC 4511 section 4.14.1). */
export const startTlsRequest: Buffer = Buffer.concat([
  Buffer.from('301d02010177188016', 'hex'),
  Buffer.from('1.3.6.1.4.1.1466.20037', 'latin1'),
]);

/** What an element of BER says of itself: where its content begins and ends. */
export interface Element {
  readonly tag: number;
  readonly from: number;
  readonly to: number;
}

/**
 * What the bytes after `startTlsRequest` say: `granted`, `incomplete` as long as more must come, otherwise why not. Bytes behind the
 * answer are refused: nobody has proved yet who says them, and they would be read as if somebody had.
 */
export function startTlsAnswer(bytes: Buffer): 'granted' | 'incomplete' | (string & {}) {
  const message = elementAt(bytes, 0);
  if (message === undefined) return 'incomplete';
  if (message.tag !== 0x30) return 'the answer is no LDAP message';
  if (bytes.length < message.to) return 'incomplete';
  if (bytes.length > message.to) return 'something was sent before TLS began';
  const id = elementAt(bytes, message.from);
  const response = id && elementAt(bytes, id.to);
  const code = response && elementAt(bytes, response.from);
  const isAnswer = id?.tag === 0x02 && id.to - id.from === 1 && bytes[id.from] === 1 && response?.tag === 0x78;
  if (!isAnswer || code?.tag !== 0x0a || code.to - code.from !== 1 || response.to > message.to) return 'the answer is to another question';
  return bytes[code.from] === 0 ? 'granted' : `result code ${bytes[code.from]}`;
}

/** Undefined when not even tag and length are there, or the length has more than four bytes or none. */
export function elementAt(bytes: Buffer, offset: number): Element | undefined {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) return undefined;
  if (first < 0x80) return { tag, from: offset + 2, to: offset + 2 + first };
  const digits = first & 0x7f;
  if (digits === 0 || digits > 4 || bytes.length < offset + 2 + digits) return undefined;
  const from = offset + 2 + digits;
  return { tag, from, to: from + bytes.readUIntBE(offset + 2, digits) };
}
