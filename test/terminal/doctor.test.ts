import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { machineFetch } from '../../packages/cli/src/connection/machine-network.ts';
import { main } from '../../packages/cli/src/main.ts';
import { recordedSurroundings } from '../../packages/cli/src/testing/recorded-surroundings.ts';
import { ClientAuthority } from '../tools/client-authority.ts';
import { freePort } from '../tools/free-port.ts';
import { startLongshore } from '../tools/longshore.ts';
import { runProgram } from '../tools/run-program.ts';
import { type CommandHome, commandHome } from './client-home.ts';
import { openRegistry, startStandIn, wantsToken } from './stand-in-registry.ts';

interface Row {
  readonly check: string;
  readonly state: string;
  readonly found: string;
  readonly fix?: string;
}

/** Every check, in its order. */
const all = 'DNS TCP proxy TLS registry clock token service login size of layers length of tokens rate limit';
const noProxies = { HTTP_PROXY: '', http_proxy: '', HTTPS_PROXY: '', https_proxy: '', NO_PROXY: '', no_proxy: '' };

describe('longshore doctor', () => {
  let home: CommandHome;
  const root = new ClientAuthority('Root');
  const middle = new ClientAuthority('Middle', { above: root });
  const issued = (wanted: { dns?: string[]; from?: number; until?: number } = {}) =>
    middle.issue({ commonName: 'registry', usage: 'serverAuth', dns: ['localhost'], ...wanted });

  before(async () => {
    home = await commandHome();
    await writeFile(join(home.path, 'root.crt'), root.cert);
  });
  after(() => home?.remove());

  function read(code: number, stdout: string, stderr: string) {
    const rows = JSON.parse(stdout || '[]') as Row[];
    const at = (check: string) => rows.find((row) => row.check === check) ?? assert.fail(`no ${check}: ${stdout}${stderr}`);
    return { code, rows, at };
  }

  /** A certificate that nobody but itself vouches for. */
  async function selfSigned() {
    const [key, cert] = ['self.key', 'self.crt'].map((name) => join(home.path, name)) as [string, string];
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert];
    await runProgram('openssl', ['req', '-x509', ...made, '-subj', '/CN=alone', '-addext', 'subjectAltName=DNS:localhost']);
    return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  }

  /** What it says of a server. In this process, which is quicker; authorities that it is told to trust stay trusted. */
  async function examined(server: string, ...flags: string[]) {
    const surroundings = { ...recordedSurroundings(undefined, { home: home.path }), fetch: machineFetch({}) };
    const code = await main(['doctor', server, '-o', 'json', ...flags], surroundings);
    return read(code, surroundings.outLines.join('\n'), surroundings.errLines.join('\n'));
  }

  /** The same, of a process with this environment. */
  async function examinedWith(env: Record<string, string>, server: string, ...flags: string[]) {
    const { code, stdout, stderr } = await home.run(['doctor', server, '-o', 'json', ...flags], '', { ...noProxies, ...env });
    return read(code, stdout, stderr);
  }

  it('makes every check, and skips those that it cannot make', async () => {
    const server = await startLongshore();
    try {
      const { code, rows, at } = await examined(server.url);
      assert.equal(rows.map(({ check }) => check).join(' '), all);
      const unlike = rows.filter(({ state }) => state !== 'ok').map(({ check, state }) => `${check} ${state}`);
      assert.deepEqual(unlike, ['DNS skipped', 'proxy skipped', 'TLS skipped', 'login skipped', 'rate limit skipped']);
      assert.equal(code, 0);
      assert.equal(at('DNS').found, '127.0.0.1 is an address, no name');
      assert.match(at('login').found, /nobody has logged in/);
      const login = await home.run(`login ${server.host} -u admin --password-stdin`, server.adminPassword);
      assert.equal(login.code, 0, login.stderr);
      assert.deepEqual((await examined(server.url)).at('login'), { check: 'login', state: 'ok', found: 'you are admin, by password' });
    } finally {
      await server.stop();
    }
    const gone = await examined(server.url);
    assert.equal(gone.code, 1);
    assert.deepEqual([gone.at('TCP').state, gone.at('TCP').fix?.slice(0, 21)], ['failed', 'Nothing listens there']);
    assert.equal(gone.rows.map(({ check }) => check).join(' '), all);
    assert.deepEqual(new Set(gone.rows.slice(2).map(({ state, found }) => `${state}: ${found}`)), new Set(['skipped: TCP comes first']));
    const nowhere = await examined('http://no-such-host.invalid:5000');
    assert.deepEqual([nowhere.at('DNS').state, nowhere.at('TCP').state], ['failed', 'skipped']);
  });

  it('explains each fault of a certificate with its remedy, and trusts what it is told to', async (t) => {
    const alone = await selfSigned();
    const leaf = issued();
    const cases: readonly (readonly [string, { cert: string; key: string }, RegExp, RegExp])[] = [
      ['expired', issued({ from: -7200, until: -3600 }), /has expired.*'registry' is good from .* here it is/, /Renew.*clock/],
      ['early', issued({ from: 3600 }), /CERT_NOT_YET_VALID/, /clock of this machine is behind/],
      ['name', issued({ dns: ['other.example'] }), /it holds other\.example, not localhost/, /name that the certificate holds/],
      ['no names', issued({ dns: [] }), /holds no names at all/, /name that the certificate holds/],
      ['self-signed', alone, /self-signed/, /--ca-file/],
      [
        'incomplete',
        { ...leaf, cert: `${leaf.cert.split('-----END CERTIFICATE-----')[0]}-----END CERTIFICATE-----\n` },
        /chain is incomplete.*'Middle'/,
        /fullchain/,
      ],
    ];
    const trusting = ['--ca-file', join(home.path, 'root.crt')];
    const { port, asked } = await startStandIn(t, openRegistry, leaf);
    const stranger = await examined(`https://localhost:${port}`);
    assert.match(stranger.at('TLS').found, /authority is not known here.*vouched for by 'Root'/);
    assert.deepEqual(asked, []);
    for (const [name, certificate, found, fix] of cases) {
      const { port } = await startStandIn(t, openRegistry, certificate);
      const { code, at } = await examined(`https://localhost:${port}`, ...trusting);
      const tls = at('TLS');
      assert.deepEqual([code, tls.state], [1, 'failed'], name);
      assert.match(tls.found, found, name);
      assert.match(tls.fix ?? '', fix, name);
      assert.equal(at('registry').state, 'skipped', 'nothing is sent over a connection that is not trusted');
    }
    const known = await examined(`https://localhost:${port}`, ...trusting);
    assert.deepEqual([known.code, known.at('TLS').state, known.at('registry').state], [0, 'warning', 'ok']);
    assert.match(known.at('TLS').found, /TLSv1\.3, certificate 'registry' by 'Middle', good for 0 days/);
    assert.match(known.at('TLS').fix ?? '', /ends soon/);
  });

  it('authorities of the machine are trusted without a flag', async (t) => {
    const { port } = await startStandIn(t, openRegistry, issued());
    const env = { SSL_CERT_FILE: join(home.path, 'root.crt') };
    const pinged = await home.run(`ping https://localhost:${port}`, '', { ...noProxies, ...env });
    assert.deepEqual([pinged.code, pinged.stderr], [0, '']);
    assert.equal((await examinedWith(env, `https://localhost:${port}`)).at('registry').state, 'ok');
    assert.equal((await home.run(`ping https://localhost:${port}`, '', noProxies)).code, 6);
  });

  it('tells http from https, and where a redirect leads', async (t) => {
    const plain = await startStandIn(t, openRegistry);
    const overTls = await startStandIn(t, openRegistry, issued());
    const wrongly = await examined(`https://localhost:${plain.port}`);
    assert.match(wrongly.at('TLS').found, /speaks HTTP without TLS/);
    assert.match(wrongly.at('TLS').fix ?? '', new RegExp(`http://localhost:${plain.port}`));
    const plainly = await examined(`http://localhost:${overTls.port}`);
    assert.deepEqual([plainly.at('registry').state, plainly.at('registry').found], ['failed', `localhost:${overTls.port} speaks TLS`]);
    const moved = await startStandIn(t, (_request, response) => void response.writeHead(301, { location: 'https://r.example/v2/' }).end());
    const redirected = await examined(`http://localhost:${moved.port}`);
    assert.match(redirected.at('registry').fix ?? '', /name the registry as https:\/\/r\.example yourself/);
    const site = await startStandIn(t, (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>'));
    assert.match((await examined(`http://localhost:${site.port}`)).at('registry').found, /web page/);
  });

  it('sees clocks, limits of bodies, headers and requests; what is not answered is skipped, not well', async (t) => {
    const strict = await startStandIn(t, ({ method, headers }, response) => {
      const status = method === 'POST' ? 413 : headers['x-longshore-doctor'] !== undefined ? 431 : 200;
      response
        .writeHead(status, { date: 'Thu, 01 Jan 2026 00:00:00 GMT', 'ratelimit-limit': '100;w=60', 'ratelimit-remaining': '0;w=60' })
        .end();
    });
    const found = await examined(`http://localhost:${strict.port}`);
    const states = ['clock', 'size of layers', 'length of tokens', 'rate limit'].map((check) => found.at(check).state);
    assert.deepEqual([found.code, ...states], [1, 'failed', 'failed', 'warning', 'warning']);
    assert.match(found.at('clock').found, /this machine is \d+ s (ahead of|behind) the server/);
    const busy = await startStandIn(t, (_request, response) => void response.writeHead(429, { 'retry-after': '7' }).end());
    assert.match((await examined(`http://localhost:${busy.port}`)).at('rate limit').found, /429, again in 7 s/);
    const silent = await startStandIn(t, (request, response) => {
      if (request.method === 'POST' || request.headers['x-longshore-doctor'] !== undefined) request.socket.destroy();
      else openRegistry(request, response);
    });
    const unanswered = await examined(`http://localhost:${silent.port}`);
    assert.deepEqual([unanswered.at('size of layers').state, unanswered.at('length of tokens').state], ['skipped', 'skipped']);
  });

  it('looks for the token service, and whether credentials go there', async (t) => {
    let realm = '';
    const registry = await startStandIn(
      t,
      wantsToken(() => realm),
    );
    const url = `http://localhost:${registry.port}`;
    realm = `${url}/token`;
    assert.equal((await examined(url)).at('token service').state, 'ok');
    realm = `http://127.0.0.1:${registry.port}/token`;
    const elsewhere = await examined(url);
    assert.equal(elsewhere.at('token service').state, 'warning');
    assert.match(elsewhere.at('token service').fix ?? '', /goes there only after.*publicUrl/);
    realm = `http://localhost:${await freePort()}/token`;
    const gone = await examined(url);
    assert.match(
      `${gone.at('token service').state} ${gone.at('token service').found}`,
      /^failed .*localhost:\d+: fetch failed.*ECONNREFUSED/,
    );
    const overTls = await startStandIn(
      t,
      wantsToken(() => realm),
      issued(),
    );
    const downgraded = await examined(`https://localhost:${overTls.port}`, '--ca-file', join(home.path, 'root.crt'));
    assert.match(downgraded.at('token service').found, /they would leave TLS/);
  });

  it('requests go through the proxy of the environment, and what it refuses is told without its password', async (t) => {
    const registry = await startStandIn(t, openRegistry, issued({ dns: ['registry.test'] }));
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', ({ url, headers }, socket) => {
      asked.push(`${url} ${headers['proxy-authorization'] ?? 'nobody'}`);
      if (headers['proxy-authorization'] === undefined) return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      const target = connect(registry.port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
      for (const [from, to] of [
        [socket, target],
        [target, socket],
      ] as const)
        from.on('error', () => to.destroy()).pipe(to);
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    t.after(() => proxy.close());
    const address = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const trusting = ['--ca-file', join(home.path, 'root.crt')];
    const let_in = await examinedWith({ HTTPS_PROXY: `http://me:secret@${address}` }, 'https://registry.test', ...trusting);
    assert.deepEqual([let_in.at('proxy').state, let_in.at('TLS').state, let_in.at('registry').state], ['ok', 'warning', 'ok']);
    assert.deepEqual(new Set(asked), new Set([`registry.test:443 Basic ${btoa('me:secret')}`]));
    assert.doesNotMatch(JSON.stringify(let_in.rows), /secret/);
    const refused = await examinedWith({ https_proxy: `http://${address}` }, 'https://registry.test', ...trusting);
    assert.match(refused.at('proxy').found, /https_proxy.*opens no way to registry\.test: 407/);
    assert.match(refused.at('proxy').fix ?? '', /NAME:PASSWORD@/);
    const exempt = await examinedWith({ HTTPS_PROXY: `http://${address}`, NO_PROXY: '.test' }, 'https://registry.test');
    assert.deepEqual([exempt.at('DNS').state, exempt.at('proxy').found], ['failed', 'DNS comes first']);
    const wrong = await home.run('doctor https://registry.test', '', { ...noProxies, HTTPS_PROXY: 'socks5://me:secret@x' });
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /HTTPS_PROXY is not the address of an HTTP proxy/);
    assert.doesNotMatch(wrong.stderr, /secret/);
  });

  it('speaks Chinese to whom it should; states and checks stay what programs know', async () => {
    const env = { ...noProxies, LC_ALL: '', LC_MESSAGES: '', LANG: 'zh_CN.UTF-8' };
    const table = await home.run('doctor http://localhost:1', '', env);
    assert.match(table.stdout, /^失败 {5}TCP {15}端口 1：ECONNREFUSED\n {27}该端口没有程序在监听/m);
    const { stdout } = await home.run('doctor http://localhost:1 -o json', '', env);
    assert.deepEqual(
      (JSON.parse(stdout) as Row[]).slice(1, 3).map(({ check, state }) => `${check} ${state}`),
      ['TCP failed', 'proxy skipped'],
    );
  });
});
