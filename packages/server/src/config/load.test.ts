import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { describeProblems } from './config-problem.ts';
import { type LoadedConfig, loadConfig } from './load.ts';

type Files = Record<string, string>;

function load(argv: string[], env: Record<string, string> = {}, files: Files = {}) {
  return loadConfig(argv, env, (path) => {
    const text = files[path];
    if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
    return text;
  });
}

function loaded(argv: string[], env: Record<string, string> = {}, files: Files = {}): LoadedConfig {
  const result = load(argv, env, files);
  assert.ok('config' in result, 'problems' in result ? describeProblems(result.problems) : '');
  return result;
}

function problems(argv: string[], env: Record<string, string> = {}, files: Files = {}): string[] {
  const result = load(argv, env, files);
  assert.ok('problems' in result, 'it was accepted');
  return result.problems.map(({ source, message }) => `${source}: ${message}`);
}

describe('loadConfig', () => {
  it('needs nothing', () => {
    const { config } = loaded([]);
    assert.deepEqual(config.listen, { host: '127.0.0.1', port: 5000 });
    assert.equal(config.data, './longshore-data');
    assert.equal(config.workers, 1);
    assert.equal(config.anonymous, 'none');
    assert.deepEqual(config.metadata, { kind: 'sqlite' });
    assert.deepEqual(config.store, { kind: 'filesystem' });
    assert.equal(config.limits.manifestBytes, 4_194_304);
    assert.equal(config.secrets.keyFile, 'longshore-data/secret.key');
  });

  it('lets the file give way to variables and variables to flags', () => {
    const files = { 'a.yaml': 'workers: 2\nanonymous: pull\ngc: {graceHours: 0.5, untagged: delete}\n' };
    const env = { LONGSHORE_CONFIG: 'a.yaml', LONGSHORE_WORKERS: '3', LONGSHORE_GC_UNTAGGED: 'keep' };
    const { config, effective } = loaded(['--workers', 'auto'], env, files);
    assert.equal(config.workers, 'auto');
    assert.equal(config.gc.untagged, 'keep');
    assert.equal(config.gc.graceHours, 0.5);
    assert.equal(config.anonymous, 'pull');
    const sources = ['workers', 'gc.untagged', 'gc.graceHours', 'durability'].map((key) => effective.get(key)?.source);
    assert.deepEqual(sources, ['--workers', 'LONGSHORE_GC_UNTAGGED', 'a.yaml:3', 'default']);
  });

  it('takes --config before LONGSHORE_CONFIG', () => {
    const files = { 'a.yaml': 'workers: 2', 'b.yaml': 'workers: 3' };
    assert.equal(loaded(['--config=b.yaml'], { LONGSHORE_CONFIG: 'a.yaml' }, files).config.workers, 3);
  });

  it('derives the secret key from the data directory, unless it is named', () => {
    assert.equal(loaded(['--data', '/srv/l']).config.secrets.keyFile, '/srv/l/secret.key');
    assert.equal(loaded(['--secrets-key-file', '/k']).config.secrets.keyFile, '/k');
  });

  it('reads lists, switches and numbers from text', () => {
    const { config } = loaded(['--trusted-proxies=10.0.0.0/8, ::1', '--deletion-enabled', 'false', '--gc-grace-hours', '0.25']);
    assert.deepEqual(config.trustedProxies, ['10.0.0.0/8', '::1']);
    assert.equal(config.deletion.enabled, false);
    assert.equal(config.gc.graceHours, 0.25);
    assert.equal(loaded(['--deletion-enabled', '--workers', '2']).config.deletion.enabled, true);
  });

  it('reduces publicUrl to its origin', () => {
    assert.equal(loaded(['--public-url', 'https://Registry.example/']).config.publicUrl, 'https://registry.example');
  });
});

describe('what loadConfig refuses', () => {
  it('lists every problem of every source at once, each with its source', () => {
    const files = { 'a.yaml': 'workers: 0\nlimit:\n  manifestBytes: 1\nlimits:\n  manifestByte: 5\n' };
    const found = problems(
      ['--lisen', ':1', 'stray', '--gc-schedule', '61 * * * *'],
      { LONGSHORE_CONFIG: 'a.yaml', LONGSHORE_WORKER: '2' },
      files,
    );
    assert.deepEqual(found, [
      'a.yaml:2: unknown key limit; did you mean limits?',
      'a.yaml:5: unknown key limits.manifestByte; did you mean manifestBytes?',
      'LONGSHORE_WORKER: unknown variable; did you mean LONGSHORE_WORKERS?',
      '--lisen: unknown flag; did you mean --listen?',
      'stray: unexpected argument; settings are given as --name value',
      'a.yaml:1: workers must be a whole number from 1 to 256, or auto; given: 0',
      '--gc-schedule: gc.schedule must be a cron expression of five fields, or off; given: "61 * * * *"',
    ]);
  });

  for (const [name, argv, expected] of [
    [
      'a manifest limit below the specification',
      ['--limits-manifest-bytes', '1000'],
      /limits.manifestBytes must be a whole number from 4194304/,
    ],
    ['an address without port', ['--listen', 'localhost'], /listen must be ADDRESS:PORT/],
    ['a public URL with a path', ['--public-url', 'https://a/b'], /publicUrl must be an http or https URL without path/],
    ['a list entry that is no network', ['--trusted-proxies', '10.0.0.1,proxy'], /trustedProxies must be .* given: "proxy"/],
    ['a flag without value', ['--data'], /--data: needs a value: a path/],
    ['postgres without url', ['--metadata-kind', 'postgres'], /metadata.kind: postgres needs metadata.url; .*LONGSHORE_METADATA_URL_FILE/],
    ['s3 without bucket', ['--store-kind', 's3'], /store.kind: s3 needs store.bucket/],
    ['half of a key pair', ['--store-kind=s3', '--store-bucket=b', '--store-access-key-id=a'], /go together; give both or none/],
    ['a key of the other kind', ['--store-bucket', 'b'], /--store-bucket: store.bucket is only used with store.kind: s3/],
    ['a number that is wrong in more than one way', ['--limits-header-count', '-1.5'], /headerCount must be .* to 2000; given: -1.5/],
    ['an unknown kind', ['--store-kind', 'ftp'], /store.kind must be one of filesystem, s3; given: "ftp"/],
    ['a configuration file that is not there', ['--config', 'none.yaml'], /--config: cannot read the configuration file: ENOENT/],
  ] as const) {
    it(name, () => {
      const found = problems([...argv]);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', expected);
    });
  }

  it('knows no people of a provider that there is not, or in a cluster that decides nothing', () => {
    const file = (people: object, more: object = {}) =>
      JSON.stringify({
        signIn: { oidc: [{ name: 'company', issuer: 'https://sso.example.com', clientId: 'longshore', clientSecretFile: 's' }] },
        kubernetes: { clusters: [{ name: 'prod', people, ...more }] },
      });
    const of = (text: string) => problems(['--config', 'a.yaml'], {}, { 'a.yaml': text, s: 'secret' });
    assert.deepEqual(of(file({ provider: 'compny' })), [
      'a.yaml:1: kubernetes.clusters[prod].people.provider: signIn.oidc and signIn.ldap have no compny; there are company',
    ]);
    assert.match(
      of(file({ provider: 'company', groupPrefix: 'system:' }))[0] ?? '',
      /groupPrefix must be a text that does not begin with system:/,
    );
    assert.match(of(file({ provider: 'company' }, { authorize: false }))[0] ?? '', /is asked about nobody: leave people out/);
    const known = loaded(['--config', 'a.yaml'], {}, { 'a.yaml': file({ provider: 'company' }), s: 'secret' });
    assert.deepEqual(known.config.kubernetes.clusters[0]?.people, { provider: 'company', userPrefix: '', groupPrefix: '' });
  });

  it('names every key of the other kind', () => {
    assert.deepEqual(problems(['--store-prefix', 'p', '--store-bucket', 'b', '--metadata-url-file', 'u'], {}, { u: 'postgres://d' }), [
      '--metadata-url-file: metadata.url is only used with metadata.kind: postgres',
      '--store-bucket: store.bucket is only used with store.kind: s3',
      '--store-prefix: store.prefix is only used with store.kind: s3',
    ]);
  });

  it('ignores the variables that Kubernetes adds for a Service named longshore, and nothing like them', () => {
    loaded([], {
      LONGSHORE_SERVICE_HOST: '10.0.0.1',
      LONGSHORE_SERVICE_PORT_HTTP: '80',
      LONGSHORE_PORT: 'tcp://10.0.0.1:80',
      LONGSHORE_PORT_80_TCP_ADDR: '10.0.0.1',
    });
    assert.deepEqual(problems([], { LONGSHORE_PORT: '5001' }).length, 1);
  });

  it('leaves the variables of the tests alone', () => {
    loaded([], { LONGSHORE_TEST_TOOLS: '/cache' });
  });

  it('counts an empty variable as not given', () => {
    assert.equal(loaded([], { LONGSHORE_WORKERS: '' }).config.workers, 1);
  });

  it('accepts or explains, and never throws, whatever is given', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('--workers', '--config', 'a.yaml', '--listen', '=', 'true', '--store-kind', 's3'));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), fc.string(), (argv, text) => {
        const result = load(argv, { LONGSHORE_CONFIG: 'a.yaml', LONGSHORE_LISTEN: text }, { 'a.yaml': text });
        assert.ok('config' in result || result.problems.length > 0);
      }),
    );
  });
});
