import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { expectAnswer } from './expected-answer.ts';
import { startRegistry } from './registry-fixture.ts';
import { digestOf, octets, pushBlob, pushImage, startUpload } from './sample-content.ts';

const data = await mkdtemp(join(tmpdir(), 'longshore-two-servers-'));
const start = () => startRegistry({ data });
let [one, two] = await Promise.all([start(), start()]);
after(async () => {
  await Promise.all([one.stop(), two.stop()]);
  await rm(data, { recursive: true });
});
const repository = 'two/app';
const content = randomBytes(500_000);
const digest = digestOf(content);
const chunk = (at: number, end: number) => ({
  headers: { ...octets, 'content-range': `${at}-${end - 1}` },
  body: content.subarray(at, end),
});

test('an upload may change the server at every chunk, and one server finishes what others began', async () => {
  const location = await startUpload({ client: one.client, repository });
  for (let at = 0; at < 400_000; at += 50_000) {
    const { client } = at % 100_000 === 0 ? two : one;
    expectAnswer(await client.send('PATCH', location, chunk(at, at + 50_000)), { status: 202, headers: { range: `0-${at + 49_999}` } });
    for (const each of [one, two]) {
      expectAnswer(await each.client.send('GET', location), { status: 204, headers: { range: `0-${at + 49_999}` } });
    }
  }
  expectAnswer(await two.client.send('PUT', `${location}?digest=${digest}`, chunk(400_000, 500_000)), { status: 201 });
  for (const each of [one, two])
    expectAnswer(await each.client.send('GET', `/v2/${repository}/blobs/${digest}`), { status: 200, body: content });
  expectAnswer(await one.client.send('GET', location), { status: 404 });
});

test('a restart in the middle of a chunked upload loses nothing that was acknowledged', async () => {
  const place = { client: one.client, repository: 'two/restarted' };
  const location = await startUpload(place);
  expectAnswer(await one.client.send('PATCH', location, chunk(0, 300_000)), { status: 202 });
  await Promise.all([one.stop(), two.stop()]);
  [one, two] = await Promise.all([start(), start()]);
  expectAnswer(await one.client.send('GET', location), { status: 204, headers: { range: '0-299999' } });
  expectAnswer(await one.client.send('PATCH', location, chunk(300_000, 400_000)), { status: 202 });
  expectAnswer(await two.client.send('PUT', `${location}?digest=${digest}`, chunk(400_000, 500_000)), { status: 201 });
  expectAnswer(await one.client.send('GET', `/v2/two/restarted/blobs/${digest}`), { status: 200, body: content });
});

test('chunks sent to both servers at once: at most one is taken, and the upload can be completed from where it stands', async () => {
  for (let round = 0; round < 5; round += 1) {
    const location = await startUpload({ client: one.client, repository: 'two/raced' });
    expectAnswer(await one.client.send('PATCH', location, chunk(0, 100_000)), { status: 202 });
    const answers = await Promise.all([one, two, one, two].map(({ client }) => client.send('PATCH', location, chunk(100_000, 200_000))));
    const statuses = answers.map(({ status }) => status).sort();
    assert.ok(
      statuses.filter((status) => status === 202).length <= 1 && statuses.every((status) => [202, 416].includes(status)),
      `${statuses}`,
    );
    const at = Number(/^0-(\d+)$/.exec(String((await two.client.send('GET', location)).headers.range))?.[1]) + 1;
    assert.equal(at, statuses.includes(202) ? 200_000 : 100_000);
    expectAnswer(await two.client.send('PUT', `${location}?digest=${digest}`, chunk(at, 500_000)), { status: 201 });
    expectAnswer(await one.client.send('GET', `/v2/two/raced/blobs/${digest}`), { status: 200, body: content });
    expectAnswer(await one.client.send('DELETE', `/v2/two/raced/blobs/${digest}`), { status: 202 });
  }
});

test('final PUTs sent to both servers at once: one blob, and nobody is told a lie', async () => {
  for (let round = 0; round < 5; round += 1) {
    const location = await startUpload({ client: one.client, repository: 'two/finals' });
    expectAnswer(await one.client.send('PATCH', location, chunk(0, 400_000)), { status: 202 });
    const answers = await Promise.all(
      [one, two].map(({ client }) => client.send('PUT', `${location}?digest=${digest}`, chunk(400_000, 500_000))),
    );
    const statuses = answers.map(({ status }) => status).sort();
    assert.ok(
      statuses.every((status) => [201, 404, 416].includes(status)),
      `${statuses}`,
    );
    if (!statuses.includes(201)) {
      // Each was told that it lost; then nothing is there, and the client begins again.
      expectAnswer(await one.client.send('HEAD', `/v2/two/finals/blobs/${digest}`), { status: 404 });
      await pushBlob({ client: two.client, repository: 'two/finals' }, content);
    }
    expectAnswer(await two.client.send('GET', `/v2/two/finals/blobs/${digest}`), { status: 200, body: content });
    expectAnswer(await two.client.send('DELETE', `/v2/two/finals/blobs/${digest}`), { status: 202 });
  }
});

test('what one server did, the other knows at once', async () => {
  const pushed = await pushImage({ client: one.client, repository: 'two/known' }, 'latest');
  expectAnswer(await two.client.send('GET', '/v2/two/known/manifests/latest'), { status: 200, body: pushed.bytes });
  expectAnswer(await two.client.send('DELETE', `/v2/two/known/manifests/${pushed.digest}`), { status: 202 });
  for (const reference of ['latest', pushed.digest]) {
    expectAnswer(await one.client.send('GET', `/v2/two/known/manifests/${reference}`), { status: 404 });
  }
});
