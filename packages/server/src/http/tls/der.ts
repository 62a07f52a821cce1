/** Tags of ASN.1 types (ITU-T X.690), constructed where the type is. */
const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  generalizedTime: 0x18,
  utcTime: 0x17,
} as const;

/** One element: tag, length and content in DER (X.690 section 10). */
export function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const length: number[] = [];
  for (let rest = content.length; rest > 0; rest >>>= 8) length.unshift(rest & 0xff);
  const head = content.length < 0x80 ? [tag, content.length] : [tag, 0x80 | length.length, ...length];
  return Buffer.concat([Buffer.from(head), content]);
}

/** A context-specific element: `[number]`, around other elements when `constructed`. */
export function tagged(number: number, kind: 'constructed' | 'primitive', ...parts: readonly Uint8Array[]): Buffer {
  return element((kind === 'constructed' ? 0xa0 : 0x80) | number, ...parts);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(tags.sequence, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => element(tags.set, ...parts);
export const octetString = (...parts: readonly Uint8Array[]): Buffer => element(tags.octetString, ...parts);
export const utf8String = (text: string): Buffer => element(tags.utf8String, Buffer.from(text));
export const yes = element(tags.boolean, Buffer.of(0xff));

/** A whole number that is not negative, from its bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const significant = first < 0 ? Buffer.of(0) : bytes.subarray(first);
  return element(tags.integer, (significant[0] ?? 0) > 0x7f ? Buffer.of(0) : Buffer.of(), significant);
}

/** Whole bytes, or of the last byte all but its `unused` lowest bits. */
export function bitString(bytes: Uint8Array, unused = 0): Buffer {
  return element(tags.bitString, Buffer.of(unused), bytes);
}

/** `1.2.840.10045` */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift(0x80 | (left & 0x7f));
    return digits;
  });
  return element(tags.objectIdentifier, Buffer.from(bytes));
}

/** A moment as certificates have it: UTCTime until 2049, then GeneralizedTime (RFC 5280 section 4.1.2.5). */
export function time(at: Date): Buffer {
  const digits = `${at.toISOString().replace(/[-:T]|\.\d+Z$/g, '')}Z`;
  return at.getUTCFullYear() < 2050
    ? element(tags.utcTime, Buffer.from(digits.slice(2)))
    : element(tags.generalizedTime, Buffer.from(digits));
}
