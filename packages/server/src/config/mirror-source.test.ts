import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeProblems } from './config-problem.ts';
import { loadConfig } from './load.ts';
import { printConfig } from './print.ts';

type Env = Record<string, string>;

function load(yaml: string, env: Env = {}, files: Record<string, string> = {}) {
  return loadConfig(['--config', 'f.yaml'], env, (path) => {
    const text = path === 'f.yaml' ? yaml : files[path];
    if (text === undefined) throw new Error(`ENOENT: ${path}`);
    return text;
  });
}

function problemsOf(yaml: string, env: Env = {}, files: Record<string, string> = {}): string[] {
  const result = load(yaml, env, files);
  assert.ok('problems' in result, 'it was accepted');
  return result.problems.map(({ source, message }) => `${source}: ${message}`);
}

function storesOf(yaml: string, env: Env = {}, files: Record<string, string> = {}) {
  const result = load(yaml, env, files);
  assert.ok('config' in result, 'problems' in result ? describeProblems(result.problems) : '');
  return result.config.mirrorRepositories;
}

/** The fields as another product documents them. */
const example = `
mirrorRepositories:
  - name: local-images
    type: local
    storage:
      type: filesystem
      path: /data/images
  - name: s3-images
    type: s3
    endpoint: https://s3.example.com
    accessKey: AKIAEXAMPLE
    secretKey: hunter2
    bucket: images
`;
const bucket = (more = '') => `mirrorRepositories:\n  - name: big\n    type: s3\n    bucket: b\n${more}`;

describe('mirrorRepositories', () => {
  it('takes the fields of other products as they are', () => {
    const [local, s3] = storesOf(example);
    assert.deepEqual(local, { name: 'local-images', type: 'local', storage: { type: 'filesystem', path: '/data/images' } });
    assert.ok(s3?.type === 's3');
    assert.deepEqual(
      [s3.endpoint, s3.bucket, s3.accessKeyId, s3.secretAccessKey, s3.region, s3.forcePathStyle],
      ['https://s3.example.com', 'images', 'AKIAEXAMPLE', 'hunter2', 'us-east-1', true],
    );
  });

  it('understands a proxy, and says what to do instead', () => {
    const proxy =
      '  - name: hub\n    type: proxy\n    upstream: https://registry-1.docker.io\n    proxyCache:\n      storage: { type: local, path: /c }\n';
    assert.deepEqual(
      problemsOf(`${example}${proxy}`).map((problem) => problem.slice(0, 93)),
      ['f.yaml:15: mirrorRepositories[hub].type: proxy is not supported yet. Take the entry out; unti'],
    );
    assert.match(
      problemsOf('mirrorRepositories: [{name: hub, type: proxy}]').join('\n'),
      /mirrorRepositories\[hub\].upstream is missing: type proxy needs it/,
    );
  });

  it('tells everything that is wrong at once, with lines', () => {
    const text = `listen: nowhere
mirrorRepositories:
  - type: local
    storage:
      paht: /a
  - name: Big Store
    type: s3
    buckett: b
    endpoint: ftp://x
    secretKey: hunter2
    forcePathStyle: "maybe"
  - name: third
    type: tape
  - just text
  - name: local
    type: local
    projects: [team-a, "a*b"]
    storage: /a
`;
    const found = problemsOf(text);
    assert.deepEqual(
      found.map((problem) => problem.replace(/ must be .*| go together.*| with \. _.*/, '')),
      [
        'f.yaml:5: mirrorRepositories[0].storage.paht is unknown; did you mean path?',
        'f.yaml:3: mirrorRepositories[0].name is missing: type local needs it',
        'f.yaml:4: mirrorRepositories[0].storage.path is missing: type local needs it',
        'f.yaml:8: mirrorRepositories[Big Store].buckett is unknown for type s3; did you mean bucket?',
        'f.yaml:6: mirrorRepositories[Big Store].name',
        'f.yaml:9: mirrorRepositories[Big Store].endpoint',
        'f.yaml:6: mirrorRepositories[Big Store].bucket is missing: type s3 needs it',
        'f.yaml:11: mirrorRepositories[Big Store].forcePathStyle',
        'f.yaml:6: mirrorRepositories[Big Store]: accessKey and secretKey',
        'f.yaml:13: mirrorRepositories[third].type',
        'f.yaml:14: mirrorRepositories[3] must hold keys: name, type and those of the type',
        'f.yaml:17: mirrorRepositories[local].projects',
        'f.yaml:18: mirrorRepositories[local].storage',
        'f.yaml:1: listen',
      ],
    );
    assert.ok(!found.join('\n').includes('hunter2'));
    assert.match(found.join('\n'), /endpoint must be an http or https URL without user, query and fragment; given: "ftp:\/\/x"/);
    assert.match(found.join('\n'), /projects must be a list of names such as team-a or base-\*; given: "a\*b"/);
  });

  it('is a list, in a file', () => {
    assert.deepEqual(problemsOf('mirrorRepositories: local\n'), [
      'f.yaml:1: mirrorRepositories must be a list of stores, each with name and type',
    ]);
    assert.deepEqual(storesOf('mirrorRepositories:\n'), []);
    assert.deepEqual(storesOf('mirrorRepositories: []\n'), []);
    assert.match(problemsOf('mirrorRepository: []\n').join(), /did you mean mirrorRepositories\?/);
  });

  it('takes secrets from files and variables, which win over the file that declares the store', () => {
    const key = (yaml: string, env: Env = {}) => {
      const [store] = storesOf(yaml, env, { '/run/key': 'from file\n', '/run/other': 'other file' });
      return store?.type === 's3' ? `${store.accessKeyId}/${store.secretAccessKey}` : undefined;
    };
    const both = bucket('    accessKey: a\n    secretKeyFile: /run/key\n');
    assert.equal(key(both), 'a/from file');
    assert.equal(key(both, { LONGSHORE_STORES_BIG_SECRET_KEY: 'variable' }), 'a/variable');
    assert.equal(key(both, { LONGSHORE_STORES_BIG_SECRET_ACCESS_KEY_FILE: '/run/other' }), 'a/other file');
    assert.equal(key(bucket(), { LONGSHORE_STORES_BIG_ACCESS_KEY: 'x', LONGSHORE_STORES_BIG_SECRET_KEY: 'y' }), 'x/y');
    const dotted = bucket('    accessKeyId: a\n').replace('big', 'big.two-3');
    assert.equal(key(dotted, { LONGSHORE_STORES_BIG_TWO_3_SECRET_KEY: 's' }), 'a/s');
  });

  it('refuses secrets that are given twice, cannot be read, or belong to no store', () => {
    const text = bucket('    accessKey: a\n    secretKey: hunter2\n    secretAccessKey: hunter3\n    secretKeyFile: /nowhere\n');
    const found = problemsOf(text, { LONGSHORE_STORES_OTHER_SECRET_KEY: 'hunter4', LONGSHORE_STORES_BIG_SECRET: 'x' });
    assert.deepEqual(found, [
      'f.yaml:7: mirrorRepositories[big].secretAccessKey and secretKey are the same setting; give one',
      'f.yaml:8: mirrorRepositories[big].secretKeyFile and secretKey are both given; give one',
      'f.yaml:8: mirrorRepositories[big]: cannot read the file of .secretKeyFile: ENOENT: /nowhere',
      'f.yaml:2: mirrorRepositories[big]: accessKey and secretKey go together; give both or none',
      'LONGSHORE_STORES_OTHER_SECRET_KEY: unknown variable: no store in mirrorRepositories has this secret',
      'LONGSHORE_STORES_BIG_SECRET: unknown variable: no store in mirrorRepositories has this secret',
    ]);
  });

  it('is printed without secrets, as a file that would give the same', () => {
    const result = load(example);
    assert.ok('config' in result);
    const printed = printConfig(result);
    assert.ok(!printed.includes('hunter2'));
    assert.match(printed, /secretAccessKey: "?\*{8}"?$/m);
    assert.equal(storesOf(printed.replaceAll(/"?\*{8}"?/g, 'hunter2')).length, 2);
    assert.deepEqual(storesOf(printed.replaceAll(/"?\*{8}"?/g, 'hunter2')), result.config.mirrorRepositories);
  });
});

describe('stores side by side', () => {
  const local = (name: string, path: string, more = '') => `  - {name: ${name}, type: local, storage: {path: "${path}"}${more}}\n`;
  const s3 = (name: string, prefix: string, more = '') =>
    `  - {name: ${name}, type: s3, bucket: b, endpoint: "http://s3/", prefix: "${prefix}"${more}}\n`;

  for (const [what, entries, expected] of [
    ['the same name', local('a', '/1') + local('a', '/2'), /^f.yaml:3: .*'a' is the name of mirrorRepositories\[a\]/],
    ['the name of the first store', local('default', '/1'), /'default' is the name of the store of the section `store`/],
    [
      'the same variables',
      s3('a-b', 'x/') + s3('a.b', 'y/'),
      /mirrorRepositories\[a.b\] has the same variables as mirrorRepositories\[a-b\]/,
    ],
    ['the same directory', local('a', '/1/') + local('b', '/2/../1'), /\[b\] keeps its blobs where mirrorRepositories\[a\] does/],
    ['a directory inside the blobs of another', local('a', '/1') + local('b', '/1/blobs/x'), /\[b\] keeps its blobs where/],
    ['the data directory', local('a', './longshore-data'), /\[a\] keeps its blobs where the section `store` does/],
    ['the same bucket', s3('a', '') + s3('b', ''), /\[b\] keeps its blobs where/],
    ['a prefix inside the blobs of another', s3('a', '') + s3('b', 'blobs/'), /\[b\] keeps its blobs where/],
    [
      'the same projects',
      local('a', '/1', ', projects: ["x*"]') + local('b', '/2', ', projects: [y, "x*"]'),
      /\[b\].projects: 'x\*' belongs to/,
    ],
    ['a project of the name of another store', local('a', '/1') + local('b', '/2', ', projects: [a]'), /\[b\].projects: 'a' belongs to/],
  ] as const) {
    it(`cannot have ${what}`, () => {
      const found = problemsOf(`mirrorRepositories:\n${entries}`);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', expected);
    });
  }

  it('can share a disk and a bucket', () => {
    const entries = [local('a', '/1'), local('b', '/1/b'), local('c', './longshore-data/stores/c'), s3('d', ''), s3('e', 'e/')];
    assert.equal(storesOf(`mirrorRepositories:\n${entries.join('')}`).length, 5);
  });
});
