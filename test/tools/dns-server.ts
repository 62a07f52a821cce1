import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A name server on loopback, over TCP, that says that every name is this machine, and has the TXT records that it is given. */
export interface DnsServer {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** Values of TXT records by name, in lower case without the last dot. */
  readonly records: Map<string, string[]>;
  stop(): Promise<void>;
}

const types = { a: 1, txt: 16 } as const;

/** Starts it on a port of the system's choice. */
export async function startDnsServer(): Promise<DnsServer> {
  const records = new Map<string, string[]>();
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket)).on('error', () => socket.destroy());
    serve(socket, records);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    records,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** Over TCP, each message follows its length (RFC 1035 section 4.2.2). */
function serve(socket: Socket, records: ReadonlyMap<string, string[]>): void {
  let received = Buffer.alloc(0);
  socket.on('data', (piece: Buffer) => {
    received = Buffer.concat([received, piece]);
    for (let end = endOf(received); end <= received.length; end = endOf(received)) {
      const answer = answerTo(received.subarray(2, end), records);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length);
      socket.write(Buffer.concat([length, answer]));
      received = received.subarray(end);
    }
  });
}

const endOf = (received: Buffer): number => (received.length < 2 ? Number.POSITIVE_INFINITY : 2 + received.readUInt16BE());

/** One question and its answers (RFC 1035 section 4). */
function answerTo(query: Buffer, records: ReadonlyMap<string, string[]>): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const question = query.subarray(12, at + 5);
  const type = query.readUInt16BE(at + 1);
  const texts = (records.get(labels.join('.').toLowerCase()) ?? []).map((text) =>
    Buffer.concat([Buffer.of(text.length), Buffer.from(text)]),
  );
  const answers = type === types.a ? [Buffer.of(127, 0, 0, 1)] : type === types.txt ? texts : [];
  const head = Buffer.from(query.subarray(0, 12));
  // An answer, from who is responsible, without an error, to one question.
  head.writeUInt16BE(0x8580, 2);
  for (const [offset, count] of [1, answers.length, 0, 0].entries()) head.writeUInt16BE(count, 4 + 2 * offset);
  const rows = answers.map((data) => {
    const row = Buffer.alloc(12);
    // The name of the question, IN, for no time.
    for (const [offset, value] of [0xc00c, type, 1, 0, 0, data.length].entries()) row.writeUInt16BE(value, 2 * offset);
    return Buffer.concat([row, data]);
  });
  return Buffer.concat([head, question, ...rows]);
}
