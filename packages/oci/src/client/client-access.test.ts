import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireDigest } from '../digest.ts';
import { requireRepositoryName, requireTag } from '../reference.ts';
import type { Step } from '../testing/scripted-fetch.ts';
import { scriptedFetch } from '../testing/scripted-fetch.ts';
import type { RegistryClient } from './client.ts';
import { createRegistryClient } from './client.ts';
import { RegistryClientError } from './error.ts';
import type { RegistryClientOptions } from './options.ts';

const base = 'https://r.example';
const name = requireRepositoryName('team/app');
const tag = requireTag('v1');
const digest = requireDigest(`sha256:${'1'.repeat(64)}`);
const password = { username: 'jörg', password: 'p:w' };
const basic = `Basic ${Buffer.from('jörg:p:w').toString('base64')}`;
const head = `HEAD ${base}/v2/team/app/manifests/v1`;
const pull = encodeURIComponent('repository:team/app:pull');
const bearer = (realm: string, scope = 'repository:team/app:pull') => ({
  'www-authenticate': `Bearer realm="${realm}",service="r.example",scope="${scope}"`,
});
const tokenUrl = (realm: string) => `GET ${realm}?service=r.example&scope=${pull}`;

async function play(
  steps: readonly Step[],
  options: Partial<RegistryClientOptions>,
  run: (client: RegistryClient) => Promise<unknown>,
): Promise<void> {
  const { fetch, finish } = scriptedFetch(steps);
  await run(createRegistryClient({ baseUrl: base, fetch, ...options }));
  finish();
}

const headTag = (client: RegistryClient) => client.headManifest(name, tag);

test('a token is fetched with the password when asked for, and used until it is old', async () => {
  let nowMs = 1_000_000;
  const realm = `${base}/token`;
  const steps: Step[] = [
    { request: head, headers: { authorization: undefined }, status: 401, answer: bearer(realm) },
    { request: tokenUrl(realm), headers: { authorization: basic }, answerBody: '{"token":"t1","expires_in":100}' },
    { request: head, headers: { authorization: 'Bearer t1' } },
    { request: head, headers: { authorization: 'Bearer t1' } },
    { request: head, headers: { authorization: undefined }, status: 401, answer: bearer(realm) },
    { request: tokenUrl(realm), answerBody: '{"access_token":"t2"}' },
    { request: head, headers: { authorization: 'Bearer t2' } },
  ];
  await play(steps, { credentials: password, nowMs: () => nowMs }, async (client) => {
    await headTag(client);
    nowMs += 89_000;
    await headTag(client);
    nowMs += 2_000;
    await headTag(client);
  });
});

test('a token that is turned away is replaced once, and a second refusal is thrown', async () => {
  const steps: Step[] = [
    { request: head, status: 401, answer: bearer(`${base}/t`) },
    { request: tokenUrl(`${base}/t`), answerBody: '{"token":"t1"}' },
    { request: head, headers: { authorization: 'Bearer t1' }, status: 401, answer: bearer(`${base}/t`) },
  ];
  await play(steps, {}, (client) =>
    assert.rejects(headTag(client), (error) => error instanceof RegistryClientError && error.status === 401),
  );
});

test('a token service elsewhere gets no credentials, unless it is trusted', async () => {
  for (const [realm, trusted, authorization] of [
    ['https://auth.example/token', [], undefined],
    ['https://r.example:444/token', [], undefined],
    ['https://auth.example/token', ['auth.example'], basic],
    ['https://auth.example.evil/token', ['auth.example'], undefined],
  ] as const) {
    const steps: Step[] = [
      { request: head, status: 401, answer: bearer(realm) },
      { request: tokenUrl(realm), headers: { authorization }, answerBody: '{"token":"t"}' },
      { request: head, headers: { authorization: 'Bearer t' } },
    ];
    await play(steps, { credentials: password, trustedRealmHosts: trusted }, headTag);
  }
});

test("an identity token stays with the registry's own token service too", async () => {
  const body = `grant_type=refresh_token&refresh_token=secret&client_id=longshore&service=r.example&scope=${pull}`;
  const own: Step[] = [
    { request: head, status: 401, answer: bearer(`${base}/token`) },
    { request: `POST ${base}/token`, headers: { authorization: undefined }, body, answerBody: '{"access_token":"t"}' },
    { request: head, headers: { authorization: 'Bearer t' } },
  ];
  await play(own, { credentials: { identityToken: 'secret' } }, headTag);
  const other: Step[] = [
    { request: head, status: 401, answer: bearer('https://evil.example/token') },
    { request: tokenUrl('https://evil.example/token'), headers: { authorization: undefined }, body: '', answerBody: '{"token":"t"}' },
    { request: head },
  ];
  await play(other, { credentials: { identityToken: 'secret' } }, headTag);
});

test('an identity token is not sent on to where a token service redirects', async () => {
  const refused: Step[] = [
    { request: head, status: 401, answer: bearer(`${base}/token`) },
    { request: `POST ${base}/token`, status: 307, answer: { location: `${base}/moved` } },
    { request: `POST ${base}/moved`, status: 307, answer: { location: 'https://evil.example/token' } },
  ];
  await play(refused, { credentials: { identityToken: 'secret' } }, (client) => assert.rejects(headTag(client), RegistryClientError));
});

test('realms that must not be used are refused', async () => {
  for (const realm of ['http://r.example/token', 'file:///etc/passwd', 'nonsense', 'https://u:p@r.example/token']) {
    await play([{ request: head, status: 401, answer: bearer(realm) }], { credentials: password }, (client) =>
      assert.rejects(headTag(client), RegistryClientError),
    );
  }
});

test('requests at the same time are each repeated with Basic, whichever heard first that it is wanted', async () => {
  const wanted = { status: 401, answer: { 'www-authenticate': 'Basic realm="r"' } };
  const steps: Step[] = [
    { request: head, headers: { authorization: undefined }, ...wanted },
    { request: head, headers: { authorization: undefined }, ...wanted },
    { request: head, headers: { authorization: basic } },
    { request: head, headers: { authorization: basic } },
  ];
  await play(steps, { credentials: password }, (client) => Promise.all([headTag(client), headTag(client)]));
});

test('Basic is used when the registry asks for it, and from then on at once', async () => {
  const steps: Step[] = [
    { request: head, headers: { authorization: undefined }, status: 401, answer: { 'www-authenticate': 'Basic realm="r"' } },
    { request: head, headers: { authorization: basic } },
    { request: head, headers: { authorization: basic } },
  ];
  await play(steps, { credentials: password }, async (client) => [await headTag(client), await headTag(client)]);
  const wrong: Step[] = [
    { request: head, status: 401, answer: { 'www-authenticate': 'Basic realm="r"' } },
    { request: head, status: 401, answer: { 'www-authenticate': 'Basic realm="r"' } },
    { request: head, status: 401, answer: { 'www-authenticate': 'Basic realm="r"' } },
  ];
  await play(wrong, { credentials: password }, async (client) => {
    await assert.rejects(headTag(client), RegistryClientError);
    await assert.rejects(headTag(client), RegistryClientError);
  });
});

test('a ready-made token is sent at once and never exchanged', async () => {
  const steps: Step[] = [{ request: head, headers: { authorization: 'Bearer ready' }, status: 401, answer: bearer(`${base}/t`) }];
  await play(steps, { credentials: { registryToken: 'ready' } }, (client) => assert.rejects(headTag(client), RegistryClientError));
});

test('the scopes of the challenge are asked for along with ours', async () => {
  const steps: Step[] = [
    {
      request: `POST ${base}/v2/team/app/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=a`,
      status: 401,
      answer: bearer(`${base}/t`, 'repository:team/app:pull,push'),
    },
    {
      request: `GET ${base}/t?service=r.example&scope=${encodeURIComponent('repository:team/app:pull,push')}&scope=${encodeURIComponent('repository:a:pull')}`,
      answerBody: '{"token":"t"}',
    },
    {
      request: `POST ${base}/v2/team/app/blobs/uploads/?mount=${encodeURIComponent(digest)}&from=a`,
      headers: { authorization: 'Bearer t' },
      status: 201,
    },
  ];
  await play(steps, {}, async (client) => assert.equal(await client.mountBlob(name, digest, requireRepositoryName('a')), true));
});

test('a redirect to another host loses Authorization for good, even on the way back', async () => {
  const blob = `/v2/team/app/blobs/${digest}`;
  const steps: Step[] = [
    { request: `GET ${base}${blob}`, headers: { authorization: 'Bearer ready' }, status: 307, answer: { location: `${blob}?same` } },
    {
      request: `GET ${base}${blob}?same`,
      headers: { authorization: 'Bearer ready' },
      status: 302,
      answer: { location: 'https://storage.example/x?sig=1' },
    },
    {
      request: 'GET https://storage.example/x?sig=1',
      headers: { authorization: undefined },
      status: 302,
      answer: { location: `${base}/back` },
    },
    { request: `GET ${base}/back`, headers: { authorization: undefined }, answerBody: 'data' },
  ];
  await play(steps, { credentials: { registryToken: 'ready' } }, async (client) => {
    const { body } = await client.getBlob(name, digest);
    assert.equal(await new Response(body).text(), 'data');
  });
});

test('redirects to http, to another scheme, in circles and of what cannot be repeated are refused', async () => {
  const refused = async (steps: Step[], run: (client: RegistryClient) => Promise<unknown> = headTag) =>
    play(steps, {}, (client) => assert.rejects(run(client), (error) => error instanceof RegistryClientError && error.status === 0));
  await refused([{ request: head, status: 302, answer: { location: 'http://r.example/' } }]);
  await refused([{ request: head, status: 302, answer: { location: 'file:///etc/passwd' } }]);
  await refused([{ request: head, status: 302, answer: { location: 'https://' } }]);
  await refused(Array.from({ length: 6 }, () => ({ request: head, status: 302, answer: { location: '/v2/team/app/manifests/v1' } })));
  await refused([{ request: `DELETE ${base}/v2/team/app/manifests/v1`, status: 302, answer: { location: '/x' } }], (client) =>
    client.deleteManifest(name, tag),
  );
});

test('an error says what the registry said, and no more than is printable', async () => {
  const answerBody = JSON.stringify({
    errors: [{ code: 'DENIED', message: 'no\u001b[31m' }, { code: 'bad code' }, null, { code: 'TOOMANYREQUESTS' }],
  });
  await play([{ request: `GET ${base}/v2/`, status: 429, answer: { 'retry-after': '7' }, answerBody }], {}, (client) =>
    assert.rejects(client.ping(), (error) => {
      assert.ok(error instanceof RegistryClientError);
      assert.deepEqual([error.status, error.codes, error.retryAfterSeconds], [429, ['DENIED', 'TOOMANYREQUESTS'], 7]);
      assert.equal(error.message, `GET ${base}/v2/ answered 429 (DENIED: no [31m; TOOMANYREQUESTS)`);
      return true;
    }),
  );
  await play([{ request: `GET ${base}/v2/`, status: 500, answerBody: 'x'.repeat(1_000_000) }], {}, (client) =>
    assert.rejects(client.ping(), (error) => error instanceof RegistryClientError && error.status === 500 && error.codes.length === 0),
  );
});

test('a base URL may have a path of its own', async () => {
  await play([{ request: `GET ${base}/mirror/v2/` }], { baseUrl: `${base}/mirror` }, (client) => client.ping());
});
