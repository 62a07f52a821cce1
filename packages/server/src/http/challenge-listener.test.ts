import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { StorageError } from '../registry/ports/blob-store.ts';
import { type ChallengeListener, createChallengeListener } from './challenge-listener.ts';

let port = 0;

async function ask(path: string, host = 'registry.example', method = 'GET'): Promise<{ status: number; location: string; body: string }> {
  const sent = request({ host: '127.0.0.1', port, path, method, headers: { Host: host }, agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, location: response.headers.location ?? '', body: await text(response) };
}

describe('the plain port beside TLS', () => {
  let listener: ChallengeListener;
  const finding = Promise.withResolvers<undefined>();
  const logged: string[] = [];
  const log = (message: string) => logged.push(message);
  before(async () => {
    listener = createChallengeListener({
      find: async (token) => {
        if (token === 'slow') return finding.promise;
        if (token === 'broken') throw new StorageError('unreachable', 'away');
        return token === 'known' ? 'known.print' : undefined;
      },
      names: ['registry.example', '*.team.example', '10.1.2.3', 'fd00::1'],
      securePort: 5000,
      limits: { connections: 100, connectionsPerAddress: 100 },
      clients: { networkOf: (address) => address, isShared: () => false },
      refusedConnection: () => undefined,
      logger: { info: log, warn: log, error: log },
      isShared: false,
    });
    ({ port } = await listener.listen('127.0.0.1', 0));
  });
  after(() => {
    finding.resolve(undefined);
    listener.close();
  });

  it('answers the tokens that are offered, and serves nothing else', async () => {
    assert.deepEqual(await ask('/.well-known/acme-challenge/known', 'any.example'), { status: 200, location: '', body: 'known.print' });
    assert.equal((await ask('/.well-known/acme-challenge/known', 'any.example', 'HEAD')).body, '');
    for (const path of ['other', 'known/', 'known?x', '../acme-challenge/known', `${'a'.repeat(201)}`, 'kn%6fwn', ''])
      assert.notEqual((await ask(`/.well-known/acme-challenge/${path}`)).status, 200, path);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      assert.equal((await ask('/v2/', 'registry.example', method)).status, 400, method);
    assert.equal((await ask('/v2/', 'other.example')).status, 404);
    assert.equal((await ask('/metrics', 'other.example')).status, 404);
  });

  it('sends whoever asked for a name of the registry to the same path over https, and nobody anywhere else', async () => {
    const sentTo = async (path: string, host: string) => {
      const { status, location } = await ask(path, host);
      assert.equal(status, location === '' ? 404 : 308);
      return location;
    };
    assert.equal(await sentTo('/v2/_catalog?n=2', 'registry.example'), 'https://registry.example:5000/v2/_catalog?n=2');
    assert.equal(await sentTo('/', 'Registry.Example:80'), 'https://registry.example:5000/');
    assert.equal(await sentTo('/', 'a.team.example'), 'https://a.team.example:5000/');
    assert.equal(await sentTo('/', '10.1.2.3'), 'https://10.1.2.3:5000/');
    assert.equal(await sentTo('/', '[fd00::1]:80'), 'https://[fd00::1]:5000/');
    assert.equal(await sentTo('//other.example/', 'registry.example'), 'https://registry.example:5000//other.example/');
    assert.equal(await sentTo('http://other.example/', 'registry.example'), '');
    for (const host of [
      'other.example',
      'a.b.team.example',
      'team.example',
      'registry.example.other.example',
      'registry.example@other.example',
    ])
      assert.equal(await sentTo('/', host), '', host);
  });

  it('keeps no more than a few waiting for the database, and says when it is away', async () => {
    const broken = await ask('/.well-known/acme-challenge/broken');
    assert.equal(broken.status, 503);
    assert.deepEqual(logged, ['A certificate authority could not be answered.']);
    const refused = Promise.withResolvers<void>();
    const statuses: number[] = [];
    const waiting = Array.from({ length: 40 }, async () => {
      statuses.push((await ask('/.well-known/acme-challenge/slow')).status);
      if (statuses.length === 8) refused.resolve();
    });
    await refused.promise;
    assert.deepEqual(new Set(statuses), new Set([503]));
    finding.resolve(undefined);
    await Promise.all(waiting);
    assert.equal(statuses.filter((status) => status === 503).length, 8);
    assert.equal(statuses.filter((status) => status === 404).length, 32);
  });
});
