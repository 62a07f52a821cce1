import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { noncePlace } from '../../packages/server/src/http/console/built-console.ts';
import { createConsole } from '../../packages/server/src/http/console/serve-console.ts';
import { createListener, type ListenerDeps } from '../../packages/server/src/http/listener.ts';
import { HttpClient } from '../protocol/http-client.ts';

const directory = await mkdtemp(join(tmpdir(), 'longshore-console-'));
after(() => rm(directory, { recursive: true }));

let pages = 0;

/** A listener that has a console and nothing else. */
async function startServer(built: string): Promise<HttpClient> {
  const most = { headers: 100, urlBytes: 8192, connections: 10, connectionsPerAddress: 10, headerBytes: 16_384 };
  const times = { headersTimeoutMs: 60_000, idleTimeoutMs: 60_000, answerTimeoutMs: 60_000, requestTimeoutMs: 60_000 };
  const deps = {
    limits: { ...most, ...times },
    trustedProxies: [],
    networkOf: (address: string) => address,
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    pages: new Map(),
    console: createConsole({
      directory: built,
      onPage: () => {
        pages += 1;
      },
    }),
    observe: () => undefined,
    refusedConnection: () => undefined,
  };
  const listener = createListener(deps as unknown as ListenerDeps);
  const { port } = await listener.listen('127.0.0.1', 0);
  const client = new HttpClient(`http://127.0.0.1:${port}`);
  after(async () => {
    client.close();
    await listener.drain(0, 0);
  });
  return client;
}

const html = { accept: 'text/html,*/*;q=0.8' };
const client = await startServer(directory);

test('a console that was not built says how it is, and is there as soon as it was', async () => {
  const answer = await client.send('GET', '/', { headers: html });
  assert.equal(answer.status, 404);
  assert.match(answer.body.toString(), /npm run build:console/);
  await mkdir(join(directory, 'assets'));
  await mkdir(join(directory, '.vite'));
  const files = {
    'index.html': `<meta nonce="${noncePlace}"><script type="module" src="/assets/app-1.js"></script>`,
    'favicon.svg': '<svg/>',
    'built.json': '{}',
    '.vite/manifest.json': '{}',
    'assets/app-1.js': 'plain',
    'assets/app-1.js.gz': 'gzipped',
    'assets/app-1.js.br': 'brotli',
    'assets/app-1.css': 'css',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  assert.equal((await client.send('GET', '/', { headers: html })).status, 200);
});

test('a console that could not be read is read again by the next request', async () => {
  const broken = await mkdtemp(join(tmpdir(), 'longshore-console-'));
  after(() => rm(broken, { recursive: true }));
  await mkdir(join(broken, 'index.html'));
  const other = await startServer(broken);
  assert.equal((await other.send('GET', '/', { headers: html })).status, 500);
  await rm(join(broken, 'index.html'), { recursive: true });
  await writeFile(join(broken, 'index.html'), 'mended');
  assert.equal((await other.send('GET', '/', { headers: html })).body.toString(), 'mended');
});

test('every address of a page gives the page, never from a cache, with a nonce of its own that its policy names', async () => {
  const before = pages;
  const nonces = new Set<string>();
  const paths = ['/', '/projects/team', '/repositories/team%2Fapp/images/sha256:0', '/search?query=a'];
  for (const path of paths) {
    const { status, headers, body } = await client.send('GET', path, { headers: html });
    assert.deepEqual([status, headers['content-type'], headers['cache-control']], [200, 'text/html; charset=utf-8', 'no-store'], path);
    const nonce = /nonce="([^"]+)"/.exec(body.toString())?.[1] ?? '';
    assert.ok(String(headers['content-security-policy']).includes(`style-src 'self' 'nonce-${nonce}';`));
    nonces.add(nonce);
  }
  assert.equal(nonces.size, paths.length);
  assert.equal(pages - before, paths.length, 'what its page will ask for begins to be loaded');
  const head = await client.send('HEAD', '/', { headers: html });
  assert.deepEqual([head.status, head.body.byteLength], [200, 0]);
});

test('the policy runs files of ours alone, and lets nobody frame a page', async () => {
  const { headers } = await client.send('GET', '/', { headers: html });
  const policy = new Map(
    String(headers['content-security-policy'])
      .split('; ')
      .map((directive) => [directive.split(' ')[0] ?? '', directive.split(' ').slice(1)]),
  );
  assert.deepEqual(policy.get('script-src'), ["'self'"]);
  assert.deepEqual(policy.get('default-src'), ["'self'"]);
  for (const name of ['object-src', 'base-uri', 'frame-ancestors']) assert.deepEqual(policy.get(name), ["'none'"], name);
  for (const name of ['connect-src', 'form-action']) assert.deepEqual(policy.get(name), ["'self'"], name);
  assert.doesNotMatch(String(headers['content-security-policy']), /unsafe|https?:|\*/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['x-frame-options'], 'DENY');
});

test('files come as the client takes them, and are kept for ever when their name has their hash', async () => {
  for (const [accepted, text, encoding] of [
    ['br, gzip', 'brotli', 'br'],
    ['gzip', 'gzipped', 'gzip'],
    ['', 'plain', undefined],
    ['br;q=0, GZIP;q=0.5', 'gzipped', 'gzip'],
    ['x-br, gzip; q=0.0', 'plain', undefined],
  ] as const) {
    const { headers, body } = await client.send('GET', '/assets/app-1.js', { headers: { 'accept-encoding': accepted } });
    assert.deepEqual([body.toString(), headers['content-encoding']], [text, encoding]);
    assert.deepEqual([headers['cache-control'], headers['vary']], ['public, max-age=31536000, immutable', 'Accept-Encoding']);
    assert.equal(headers['content-type'], 'text/javascript; charset=utf-8');
  }
  const icon = await client.send('GET', '/favicon.svg');
  assert.deepEqual(
    [icon.status, icon.headers['content-type'], icon.headers['cache-control']],
    [200, 'image/svg+xml', 'public, max-age=3600'],
  );
});

test('what is no page and no file of the console is nothing, and nothing else of the directory is given out', async () => {
  const absent = [
    ['GET', '/assets/app-0.js', html],
    ['GET', '/assets/app-1.js.gz', html],
    ['GET', '/assets/../built.json', html],
    ['GET', '/projects', { accept: 'application/json' }],
    ['GET', '/', {}],
    ['POST', '/', html],
    ['DELETE', '/assets/app-1.js', html],
  ] as const;
  for (const [method, path, headers] of absent) {
    const answer = await client.send(method, path, { headers });
    assert.deepEqual([answer.status, answer.headers['content-type']], [404, 'application/json'], `${method} ${path}`);
  }
  for (const path of ['/built.json', '/.vite/manifest.json', '/index.html']) {
    const { headers } = await client.send('GET', path, { headers: html });
    assert.notEqual(headers['content-type'], 'application/json', path);
  }
});
