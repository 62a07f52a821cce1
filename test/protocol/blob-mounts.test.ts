import { after, test } from 'node:test';
import { type Expected, expectAnswer } from './expected-answer.ts';
import { startRegistry } from './registry-fixture.ts';
import { digestOf, pushBlob, startUpload } from './sample-content.ts';

const registry = await startRegistry();
after(() => registry.stop());
const { client } = registry;
const digest = await pushBlob({ client, repository: 'mounts/source' }, 'mounted');

const mountedIn = (repository: string): Expected => ({
  status: 201,
  headers: { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest },
});
const uploadFollows: Expected = { status: 202, headers: { location: /\/blobs\/uploads\/[A-Za-z0-9_-]+$/, range: '0-0' } };

const rows: readonly (readonly [string, string, string, Expected])[] = [
  ['from the repository that has it', 'mounts/a', `mount=${digest}&from=mounts/source`, mountedIn('mounts/a')],
  ['again, where it already is', 'mounts/a', `mount=${digest}&from=mounts/source`, mountedIn('mounts/a')],
  ['from the repository itself', 'mounts/source', `mount=${digest}&from=mounts/source`, mountedIn('mounts/source')],
  ['without from: wherever it is', 'mounts/b', `mount=${digest}`, mountedIn('mounts/b')],
  ['with an empty from', 'mounts/c', `mount=${digest}&from=`, mountedIn('mounts/c')],
  ['from a repository that does not have it', 'mounts/d', `mount=${digest}&from=mounts/nothing`, uploadFollows],
  ['of a blob that is nowhere', 'mounts/d', `mount=${digestOf('nowhere')}`, uploadFollows],
  ['of a malformed digest', 'mounts/d', 'mount=sha256:abc&from=mounts/source', { status: 400, code: 'DIGEST_INVALID' }],
  ['from a malformed name', 'mounts/d', `mount=${digest}&from=../x`, { status: 400, code: 'NAME_INVALID' }],
];
for (const [title, repository, query, expected] of rows) {
  test(`mount ${title}`, async () => {
    const answer = await client.send('POST', `/v2/${repository}/blobs/uploads/?${query}`);
    expectAnswer(answer, expected);
    if (expected.status !== 201) return;
    expectAnswer(await client.send('GET', `/v2/${repository}/blobs/${digest}`), { status: 200, body: 'mounted' });
  });
}

test('a mount that becomes an upload is one, and links nothing by itself', async () => {
  const location = await startUpload({ client, repository: 'mounts/e' }, `?mount=${digest}&from=mounts/nothing`);
  expectAnswer(await client.send('HEAD', `/v2/mounts/e/blobs/${digest}`), { status: 404 });
  expectAnswer(await client.send('PUT', `${location}?digest=${digest}`, { body: 'mounted' }), { status: 201 });
});

test('what was mounted stays when its source is deleted, and cannot be mounted from there any more', async () => {
  const own = await pushBlob({ client, repository: 'mounts/f' }, 'short-lived');
  expectAnswer(await client.send('POST', `/v2/mounts/g/blobs/uploads/?mount=${own}&from=mounts/f`), { status: 201 });
  expectAnswer(await client.send('DELETE', `/v2/mounts/f/blobs/${own}`), { status: 202 });
  expectAnswer(await client.send('GET', `/v2/mounts/g/blobs/${own}`), { status: 200, body: 'short-lived' });
  expectAnswer(await client.send('POST', `/v2/mounts/h/blobs/uploads/?mount=${own}&from=mounts/f`), uploadFollows);
});
