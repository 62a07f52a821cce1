import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { addressBytes } from '../ip-address.ts';

/** A DNS server on loopback. */
export interface NameServer {
  /** `ADDRESS:PORT`. */
  readonly address: string;
  /** How many questions for IPv4 addresses came. */
  readonly questions: () => number;
  close(): Promise<void>;
}

/**
 * Answers questions over UDP (RFC 1035). `answer` is called for each question for IPv4 addresses, with its number from 1; there are no IPv6
 * addresses. An empty list is a name without addresses, undefined is no answer at all.
 */
export async function startNameServer(answer: (question: number) => readonly string[] | undefined): Promise<NameServer> {
  const socket = createSocket('udp4');
  let questions = 0;
  socket.on('message', (message, sender) => {
    const isIpv4 = message.readUInt16BE(endOfName(message)) === 1;
    if (isIpv4) questions += 1;
    const addresses = isIpv4 ? answer(questions) : [];
    if (addresses !== undefined) socket.send(reply(message, addresses), sender.port, sender.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions: () => questions,
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

/** The offset behind the name of the one question. */
function endOfName(message: Buffer): number {
  let at = 12;
  while ((message[at] ?? 0) !== 0) at += 1 + (message[at] ?? 0);
  return at + 1;
}

function reply(message: Buffer, addresses: readonly string[]): Buffer {
  const question = message.subarray(12, endOfName(message) + 4);
  const header = Buffer.alloc(12);
  message.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(addresses.length, 6);
  // The question's name, A, IN, good for no time at all, four bytes.
  const records = addresses.map((address) =>
    Buffer.concat([Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]), addressBytes(address) ?? new Uint8Array(4)]),
  );
  return Buffer.concat([header, question, ...records]);
}
