import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { PresenceFilter } from 'ldapts';
import { DirectoryConnection, DirectoryTrouble } from './connection.ts';
import { elementAt } from './start-tls.ts';

/** An element of BER with a length of four bytes. */
function element(tag: number, ...contents: readonly Buffer[]): Buffer {
  const length = Buffer.alloc(4);
  const content = Buffer.concat(contents);
  length.writeUInt32BE(content.length);
  return Buffer.concat([Buffer.from([tag, 0x84]), length, content]);
}

const text = (value: string) => element(0x04, Buffer.from(value));
const message = (id: number, operation: Buffer) => element(0x30, element(0x02, Buffer.from([id])), operation);
const done = (id: number) => message(id, element(0x65, element(0x0a, Buffer.from([0])), text(''), text('')));
const entry = (id: number, ...attributes: readonly Buffer[]) => message(id, element(0x64, text('cn=x'), element(0x30, ...attributes)));
const attribute = (name: string, ...values: readonly string[]) => element(0x30, text(name), element(0x31, ...values.map(text)));
/** As short as an entry can be: as many of them as possible come in one piece. */
const tiny = Buffer.from('300a0201016405040178' + '3000', 'hex');

/** A server that says whatever it likes to each question, and a search that asks it. */
async function bench(t: TestContext, answer: (socket: Socket, id: number) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).on('data', (asked) => answer(socket, idOf(asked)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const where = { url: 'ldap://hostile', host: '127.0.0.1', port, security: 'plain', authorityFile: undefined } as const;
  const connection = await DirectoryConnection.open(where, AbortSignal.timeout(60_000));
  t.after(() => {
    connection.close();
    server.close();
  });
  const wanted = { base: '', scope: 'sub', filter: new PresenceFilter({ attribute: 'cn' }), attributes: ['cn'], atMost: 1000 } as const;
  return { connection, search: () => connection.search(wanted, AbortSignal.timeout(60_000)) };
}

function idOf(question: Buffer): number {
  const id = elementAt(question, elementAt(question, 0)?.from ?? 0);
  return question.readUIntBE(id?.from ?? 0, (id?.to ?? 1) - (id?.from ?? 0));
}

/** Says the same for as long as somebody listens. */
function endlessly(socket: Socket, piece: Buffer): void {
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', more);
  more();
}

const manyTimes = (piece: Buffer) => Buffer.concat(new Array<Buffer>(5000).fill(piece));

for (const [what, says, piece] of [
  ['entries', /more than 4000 messages: make userFilter/, manyTimes(tiny)],
  ['references', /more than 4000 messages/, manyTimes(message(1, element(0x73, text('ldap://x'))))],
  ['large entries', /more than 2097152 bytes/, entry(1, attribute('cn', ...new Array<string>(1000).fill('a value')))],
  ['one message', /more than 1048576 bytes/, Buffer.concat([Buffer.from('30847fffffff', 'hex'), Buffer.alloc(65_536)])],
  ['what is no LDAP', /no LDAP/, manyTimes(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))],
  ['an entry that ends before its attributes', /no LDAP/, manyTimes(Buffer.from('30080201016403040178', 'hex'))],
  ['lengths without end', /no LDAP/, manyTimes(Buffer.from('3080308030803080', 'hex'))],
] as const) {
  test(`a directory that sends ${what} without end is left at its bound, which the error names`, async (t) => {
    const { connection, search } = await bench(t, (socket) => endlessly(socket, piece));
    await assert.rejects(search(), (error) => error instanceof DirectoryTrouble && error.server && says.test(error.message));
    assert.equal(connection.isOpen, false, 'whatever it still says is not listened to');
  });
}

test('answers are read in whatever pieces they come, and each question has its own bounds', async (t) => {
  const { search } = await bench(t, (socket, id) => {
    const entries = Array.from({ length: 900 }, (_, index) => entry(id, attribute('cn', `group ${index} ${'x'.repeat(900)}`)));
    const all = Buffer.concat([...entries, done(id)]);
    const cut = [1, 2, 5, 6, 7, 1000, 70_000];
    for (const [index, from] of [0, ...cut].entries()) socket.write(all.subarray(from, cut[index]));
  });
  for (let question = 0; question < 6; question += 1) {
    const { entries, more } = await search();
    assert.deepEqual([entries.length, more, String(entries[899]?.['cn']).slice(0, 9)], [900, false, 'group 899']);
  }
});
