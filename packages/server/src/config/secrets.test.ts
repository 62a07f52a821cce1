import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ConfigProblem, describeProblems } from './config-problem.ts';
import { loadConfig } from './load.ts';
import { printConfig } from './print.ts';

const url = 'postgres://longshore:hunter2@db/longshore';

function load(argv: string[], env: Record<string, string>, files: Record<string, string> = {}) {
  return loadConfig(argv, env, (path) => {
    const text = files[path];
    if (text === undefined) throw new Error(`ENOENT: ${path}`);
    return text;
  });
}

function problemsOf(result: ReturnType<typeof load>): readonly ConfigProblem[] {
  assert.ok('problems' in result, 'it was accepted');
  return result.problems;
}

describe('secrets', () => {
  it('come from a file, without its last line break', () => {
    const result = load(['--metadata-kind', 'postgres', '--metadata-url-file', '/run/url'], {}, { '/run/url': `${url}\n` });
    assert.ok('config' in result && result.config.metadata.kind === 'postgres');
    assert.equal(result.config.metadata.url, url);
  });

  it('are displaced by a later source, whichever form that has', () => {
    const env = { LONGSHORE_METADATA_KIND: 'postgres', LONGSHORE_METADATA_URL: 'postgres://early/db' };
    const result = load(['--metadata-url-file', 'f'], env, { f: url });
    assert.ok('config' in result && result.config.metadata.kind === 'postgres');
    assert.equal(result.config.metadata.url, url);
  });

  it('cannot be given both ways at once', () => {
    const env = { LONGSHORE_METADATA_KIND: 'postgres', LONGSHORE_METADATA_URL: url, LONGSHORE_METADATA_URL_FILE: 'f' };
    const found = problemsOf(load([], env, { f: url }));
    assert.match(found[0]?.message ?? '', /metadata.urlFile and metadata.url are both given; give one/);
  });

  it('are not taken from the command line, and the refusal does not repeat them', () => {
    const text = describeProblems(problemsOf(load(['--store-secret-access-key', 'hunter2'], {})));
    assert.match(text, /use LONGSHORE_STORE_SECRET_ACCESS_KEY or --store-secret-access-key-file/);
    assert.ok(!text.includes('hunter2'));
  });

  it('do not appear in problems', () => {
    const text = describeProblems(
      problemsOf(load([], { LONGSHORE_METADATA_KIND: 'postgres', LONGSHORE_METADATA_URL: 'mysql://u:hunter2@db' })),
    );
    assert.match(text, /LONGSHORE_METADATA_URL: metadata.url must be a URL/);
    assert.ok(!text.includes('hunter2'));
    const address = describeProblems(problemsOf(load(['--store-kind', 's3', '--store-endpoint', 'https://key:hunter2@s3.example'], {})));
    assert.match(address, /store\.endpoint must be .* without user.*; given: "https:\/\/\*\*\*@s3\.example"/);
    assert.ok(!address.includes('hunter2'));
  });

  it('in a missing or empty file are a problem', () => {
    const missing = problemsOf(load(['--metadata-kind=postgres', '--metadata-url-file=f'], {}));
    assert.match(describeProblems(missing), /--metadata-url-file: cannot read the file of metadata.url: ENOENT/);
    const empty = problemsOf(load(['--metadata-kind=postgres', '--metadata-url-file=f'], {}, { f: '\n' }));
    assert.match(describeProblems(empty), /metadata.urlFile: f is empty/);
  });

  it('are masked by printConfig, which prints a file that would give the same configuration', () => {
    const env = { LONGSHORE_STORE_SECRET_ACCESS_KEY: 'hunter2', LONGSHORE_METADATA_URL: url, LONGSHORE_METADATA_KIND: 'postgres' };
    const argv = ['--store-kind=s3', '--store-bucket=b', '--store-access-key-id=a', '--trusted-proxies=10.0.0.0/8,::1'];
    const first = load(argv, env);
    assert.ok('config' in first);
    const printed = printConfig(first);
    assert.ok(!printed.includes('hunter2'));
    assert.match(printed, /^ {2}url: "\*{8}" # LONGSHORE_METADATA_URL$/m);
    const again = load(
      ['--config', 'printed.yaml'],
      { LONGSHORE_STORE_SECRET_ACCESS_KEY: 'hunter2', LONGSHORE_METADATA_URL: url },
      { 'printed.yaml': printed },
    );
    assert.ok('config' in again);
    assert.deepEqual(again.config, first.config);
  });
});
