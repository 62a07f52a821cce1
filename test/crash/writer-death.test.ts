import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../security/until.ts';
import { atEnd } from './at-end.ts';
import { CrashScenario, newImage } from './crash-scenario.ts';
import { scratchDirectory } from './scratch-directory.ts';

test('a writer of several workers that dies inside of a transaction: 503 with a time to come back, nothing half, and it goes on', {
  timeout: 600_000,
}, async (t) => {
  const scenario = new CrashScenario(await scratchDirectory(t));
  atEnd(t, async () => {
    scenario.client.close();
    await scenario.kill();
  });
  // The second manifest of this writer kills it; its successor is not armed.
  await scenario.start('manifest.in-transaction:2', 2);
  const acknowledged = [await scenario.push('crash/one', 'base', newImage('base'))];
  const image = newImage('in flight');
  const pushBlobs = async () => {
    const answers = [];
    for (const { bytes, digest } of image.blobs)
      answers.push(await scenario.client.pushBlob('crash/two', bytes, 'post-put', digest.startsWith('sha512') ? 'sha512' : 'sha256'));
    return answers.every(({ status }) => status === 201);
  };
  assert.ok(await pushBlobs());
  const answer = await scenario.client.putManifest('crash/two', 'new', image);
  assert.equal(answer.status, 503);
  assert.match(String(answer.headers['retry-after']), /^\d+$/);
  assert.equal((await scenario.client.getManifest('crash/two', image.digest)).status, 404);
  assert.equal((await scenario.client.getManifest('crash/two', 'new')).status, 404);
  // A request waits for the next writer, but not for as long as a busy machine may need to start it.
  await until(pushBlobs);
  acknowledged.push(await scenario.push('crash/two', 'new', image));
  await scenario.check(acknowledged);
  await scenario.checkNothingLeaks(acknowledged);
});
