import assert from 'node:assert/strict';
import test from 'node:test';
import { loadConfig } from './load.ts';

const missing = (path: string): never => {
  throw new Error(`ENOENT: ${path}`);
};

/** The problems of a file that holds this text. */
function problemsOf(text: string): string[] {
  const loaded = loadConfig(['--config', 'c.yaml'], {}, (path) => (path === 'c.yaml' ? text : missing(path)));
  return 'problems' in loaded ? loaded.problems.map(({ source, message }) => `${source}: ${message}`) : [];
}

test('what is wrong inside an entry of a list is told with its line and what is right', () => {
  const text = `federation:
  issuers:
    - name: github
      issuer: https://token.example
      audienc: me
    - name: Bad Name
      issuer: http://token.example
      keysHours: 0
      algorithms: [RS256, HS256]
    - issuer: https://token.example
    - 7
`;
  const algorithms = 'a list of RS256, RS384, RS512, PS256, ES256, ES384, EdDSA';
  const url = 'an https URL such as https://token.actions.githubusercontent.com; http on this host only';
  const name = 'at most 40 of a-z, 0-9 and -, such as github';
  assert.deepEqual(problemsOf(text).sort(), [
    `c.yaml:10: federation.issuers[2].name must be ${name}; it is missing`,
    'c.yaml:11: federation.issuers[3] must hold keys: name, issuer, audience, keysFile, authorityFile, algorithms, keysHours; given: 7',
    'c.yaml:5: federation.issuers[0].audienc is unknown; did you mean audience?',
    `c.yaml:6: federation.issuers[1].name must be ${name}; given: "Bad Name"`,
    `c.yaml:7: federation.issuers[1].issuer must be ${url}; given: "http://token.example"`,
    'c.yaml:8: federation.issuers[1].keysHours must be a whole number from 1 to 720; given: 0',
    `c.yaml:9: federation.issuers[1].algorithms[1] must be ${algorithms}; given: "HS256"`,
  ]);
});

test('what is wrong with a list as a whole is told of the list', () => {
  const twice = 'federation:\n  issuers:\n    - { name: a, issuer: "https://a.example" }\n    - { name: a, issuer: "https://b.example" }\n';
  assert.deepEqual(problemsOf(twice), ['c.yaml:2: names of issuers must differ']);
  assert.match(problemsOf('federation:\n  issuers: yes\n')[0] ?? '', /^c.yaml:2: federation.issuers must be a list/);
});

test('a variable holds such a list as JSON', () => {
  const issuers = [{ name: 'a', issuer: 'http://127.0.0.1:1' }];
  const env = (text: string) => loadConfig([], { LONGSHORE_FEDERATION_ISSUERS: text }, missing);
  const loaded = env(JSON.stringify(issuers));
  assert.ok('config' in loaded);
  assert.deepEqual(loaded.config.federation.issuers, [{ ...issuers[0], algorithms: ['RS256', 'ES256'], keysHours: 24 }]);
  const broken = env('[');
  assert.ok('problems' in broken);
  assert.match(broken.problems[0]?.message ?? '', /must be a list; as JSON/);
});
