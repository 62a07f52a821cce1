/** Frame types (RFC 9113 section 6). */
export const frameTypes = { data: 0, headers: 1, rstStream: 3, settings: 4, ping: 6, goaway: 7, windowUpdate: 8, continuation: 9 } as const;

/** What opens a connection: the preface and empty settings (RFC 9113 section 3.4). */
export const opening = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(frameTypes.settings, 0, 0)]);

/** One frame, as clients send them that keep to no rule. */
export function frame(type: number, flags: number, streamId: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.byteLength, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** Headers in HPACK without compression (RFC 7541); each text of at most 126 characters. */
export function headerBlock(method: string, path: string, others: Readonly<Record<string, string>> = {}): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);
  const named = (nameIndex: number, value: string) => Buffer.concat([Buffer.of(nameIndex), text(value)]);
  const rest = Object.entries(others).map(([name, value]) => Buffer.concat([Buffer.of(0), text(name), text(value)]));
  // 0x87: https
  return Buffer.concat([named(0x02, method), Buffer.of(0x87), named(0x04, path), named(0x01, 'localhost'), ...rest]);
}

/** Ends a stream before its time. */
export function reset(streamId: number, code: number): Buffer {
  return frame(frameTypes.rstStream, 0, streamId, Buffer.of(0, 0, 0, code));
}

/** END_STREAM and END_HEADERS, which end a request, or only its headers. */
export const flags = { endStream: 1, endHeaders: 4 } as const;
