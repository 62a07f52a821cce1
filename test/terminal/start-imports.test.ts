import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startServer } from '../crash/server-process.ts';

/** Writes the address of every module that a process has loaded into a file when it ends. */
const recorder = `
  import { writeFileSync } from 'node:fs';
  import { registerHooks } from 'node:module';
  import { isMainThread } from 'node:worker_threads';
  const loaded = [];
  registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
  if (isMainThread) process.once('exit', () => writeFileSync(process.env.LOADED_MODULES, loaded.join('\\n')));
`;

describe('a start', () => {
  let data = '';
  before(() => {
    data = mkdtempSync(join(tmpdir(), 'longshore-imports-'));
  });
  after(() => rmSync(data, { recursive: true, force: true }));

  it('with SQLite and the file system loads no client, parser or library of what is not used', async () => {
    // The first start migrates, which takes kysely.
    await (await startServer({ data })).stop();
    const list = join(data, 'loaded-modules');
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(recorder)}`, LOADED_MODULES: list };
    await (await startServer({ data, env })).stop();
    const urls = readFileSync(list, 'utf8').split('\n');
    const packages = new Set(urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []));
    assert.ok(packages.has('croner'), `what was loaded was not seen: ${urls.join(' ')}`);
    for (const name of [
      'pg',
      'kysely',
      'yaml',
      'fastify',
      'typebox',
      '@aws-sdk/client-s3',
      '@node-rs/argon2',
      '@peculiar/x509',
      'ldapts',
      '@opentelemetry/sdk-trace',
      '@opentelemetry/api',
    ]) {
      assert.ok(!packages.has(name), `${name} is loaded at every start`);
    }
    // An import of one of these reads exports that load an HTTP client; `process.getBuiltinModule` does not.
    for (const name of ['node:http', 'node:https', 'node:http2']) assert.ok(!urls.includes(name), `${name} is imported at every start`);
    for (const part of ['/packages/oci/src/client/', '/packages/cli/src/commands/', '/processes/worker-pool.ts']) {
      assert.ok(!urls.some((url) => url.includes(part)), `${part} is loaded at every start`);
    }
    const jose = urls.filter((url) => url.includes('/node_modules/jose/'));
    assert.ok(!jose.some((url) => url.endsWith('/webapi/index.js')), 'the whole of jose is loaded at every start');
  });
});
