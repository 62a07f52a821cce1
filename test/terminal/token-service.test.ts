import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { ClientAuthority } from '../tools/client-authority.ts';
import { commandHome } from './client-home.ts';
import { startStandIn } from './stand-in-registry.ts';

const json = { 'content-type': 'application/json' };
const alice = `Basic ${btoa('alice:hunter2')}`;

/** A registry with one tag for whoever has the token; `realm`: who issues it. */
function registryOf(realm: () => string): RequestListener {
  return ({ url = '', headers }, response) => {
    if (!url.startsWith('/v2/')) response.writeHead(404).end();
    else if (headers.authorization === 'Bearer good') response.writeHead(200, json).end('{"tags":["1.0"]}');
    else response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm()}",service="r"` }).end();
  };
}

const issuer: RequestListener = ({ headers }, response) => {
  if (headers.authorization === alice) response.writeHead(200, json).end('{"token":"good"}');
  else response.writeHead(401, json).end('{"errors":[{"code":"UNAUTHORIZED","message":"who is it?"}]}');
};

test('a token service at another host gets the credential when login found it over TLS, and no other host does later', async (t) => {
  const home = await commandHome();
  t.after(() => home.remove());
  const authority = new ClientAuthority('Root');
  await writeFile(join(home.path, 'root.crt'), authority.cert);
  const certificate = authority.issue({ commonName: 'registry', usage: 'serverAuth', dns: ['localhost'] });
  const [tokens, others] = [await startStandIn(t, issuer, certificate), await startStandIn(t, issuer, certificate)];
  let realm = `https://localhost:${tokens.port}/token`;
  const answer = registryOf(() => realm);
  const host = `localhost:${(await startStandIn(t, answer, certificate)).port}`;
  const login = (password: string, url = `https://${host}`) =>
    home.run(`login ${url} -u alice --password-stdin --ca-file ${join(home.path, 'root.crt')}`, password);

  assert.equal((await login('wrong')).code, 4);
  const { code, stderr } = await login('hunter2');
  assert.equal(code, 0, stderr);
  assert.match(stderr, new RegExp(`Tokens for ${host} are issued by localhost:${tokens.port}: the credential goes there as well\\.`));
  const listed = await home.run(`ls ${host}/team/app`);
  assert.deepEqual([listed.code, listed.stdout], [0, '1.0\n'], listed.stderr);
  const stateOf = async () =>
    ((await home.json(`doctor https://${host}`)) as { check: string; state: string }[]).find(({ check }) => check === 'token service')
      ?.state;
  assert.equal(await stateOf(), 'ok');

  realm = `https://localhost:${others.port}/token`;
  assert.equal((await home.run(`ls ${host}/team/app`)).code, 4);
  assert.deepEqual(others.authorizations, []);
  assert.ok(others.asked.length > 0);
  // Over plain HTTP anybody in between could name one.
  const plain = await startStandIn(t, answer);
  const inTheClear = await login('hunter2', `http://localhost:${plain.port}`);
  assert.deepEqual([inTheClear.code, others.authorizations], [4, []], inTheClear.stderr);
});
