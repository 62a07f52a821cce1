import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { watchStalls } from '../../bench/stall-watch.ts';
import { readManifest } from '../../packages/server/src/registry/read-manifest.ts';
import { atEnd } from '../crash/at-end.ts';
import { scratchDirectory } from '../crash/scratch-directory.ts';
import { startServer } from '../crash/server-process.ts';

const type = 'application/vnd.oci.image.manifest.v1+json';
const mostBytes = 4 * 1024 * 1024;
/** As many as one manifest may have. */
const descriptors = 10_000;
const pushes = 4;

/** Of the largest size, with as many descriptors as fit and much to look at in each. They need not be there: they may not be distributed. */
function largeManifest(n: number): Buffer {
  const annotations = Object.fromEntries(Array.from({ length: 26 }, (_, index) => [`a${index}`, '']));
  const layers = Array.from({ length: descriptors }, (_, index) => ({
    mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar',
    digest: `sha256:${index.toString(16).padStart(64, '0')}`,
    size: index,
    annotations: index === 0 ? { n: String(n) } : annotations,
  }));
  const config = { mediaType: type, digest: digestOf('{}'), size: 2 };
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, config, layers }));
  assert.ok(bytes.length < mostBytes && bytes.length > 0.9 * mostBytes, `${bytes.length} bytes`);
  return bytes;
}

function digestOf(content: string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

test('the largest manifest does not hold up other requests while it is read', { timeout: 600_000 }, async (t) => {
  const directory = await scratchDirectory(t);
  const { changes, takeLongest } = await watchStalls(directory);
  const env = { NODE_OPTIONS: (changes.nodeArguments ?? []).join(' '), ...changes.environment };
  const server = await startServer({ data: join(directory, 'data'), env });
  atEnd(t, () => server.kill());
  const url = `${server.baseUrl}/v2/load/app`;
  assert.equal((await fetch(`${url}/blobs/uploads/?digest=${digestOf('{}')}`, { method: 'POST', body: '{}' })).status, 201);

  const stalls: number[] = [];
  const readings: number[] = [];
  for (let n = 0; n < pushes; n += 1) {
    const body = largeManifest(n);
    const begun = performance.now();
    assert.ok('references' in readManifest(body, type));
    readings.push(performance.now() - begun);
    await takeLongest();
    const answer = await fetch(`${url}/manifests/v${n}`, { method: 'PUT', headers: { 'content-type': type }, body });
    assert.equal(answer.status, 201, await answer.text());
    stalls.push(await takeLongest());
  }
  // The least of each: what else runs on the machine makes any of them longer.
  const [stall, reading] = [Math.min(...stalls), Math.min(...readings)];
  t.diagnostic(`longest stall ${stall.toFixed(1)} ms, reading it ${reading.toFixed(1)} ms (the least of ${pushes})`);
  assert.ok(stall < reading, `the event loop stood still for ${stall} ms; reading the manifest takes ${reading} ms`);
});

test('what is wrong in a large manifest is said as in a small one', async (t) => {
  const server = await startServer({ data: join(await scratchDirectory(t), 'data') });
  atEnd(t, () => server.kill());
  const send = (body: Buffer) =>
    fetch(`${server.baseUrl}/v2/load/app/manifests/v1`, { method: 'PUT', headers: { 'content-type': type }, body });
  const manifest = largeManifest(0);
  const cut = await send(manifest.subarray(0, -1));
  assert.equal(cut.status, 400);
  assert.match(await cut.text(), /MANIFEST_INVALID.*not a JSON object/);
  const missing = await send(manifest);
  assert.equal(missing.status, 404);
  assert.match(await missing.text(), /MANIFEST_BLOB_UNKNOWN/);
});
