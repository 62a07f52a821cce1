import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from './load.ts';
import { settings } from './settings.ts';
import { shownSettings } from './shown-settings.ts';

const secret = 'hunter2-of-the-test';

function shown(argv: string[], env: Record<string, string>, files: Record<string, string> = {}) {
  const result = loadConfig(argv, env, (path) => files[path] ?? assert.fail(path));
  assert.ok('config' in result, JSON.stringify(result));
  return shownSettings(result);
}

test('a setting is shown with where its value came from, defaults included', () => {
  const all = shown(['--config', 'f.yaml', '--workers', '2'], { LONGSHORE_ANONYMOUS: 'pull' }, { 'f.yaml': 'gc:\n  graceHours: 5\n' });
  const of = (key: string) => all.find((setting) => setting.key === key) ?? assert.fail(key);
  assert.deepEqual([of('workers').value, of('workers').source], [2, '--workers']);
  assert.deepEqual([of('anonymous').value, of('anonymous').source], ['pull', 'LONGSHORE_ANONYMOUS']);
  assert.deepEqual([of('gc.graceHours').value, of('gc.graceHours').source], [5, 'f.yaml:2']);
  assert.equal(of('gc.untagged').source, 'default');
  for (const { description } of all) assert.ok(description.en !== '' && description.zh !== '');
});

test('no setting that is a secret is ever shown, wherever it came from', () => {
  const kinds = [
    { LONGSHORE_METADATA_KIND: 'postgres', LONGSHORE_METADATA_URL: `postgres://u:${secret}@db/x` },
    { LONGSHORE_STORE_KIND: 's3', LONGSHORE_STORE_BUCKET: 'b', LONGSHORE_STORE_ACCESS_KEY_ID: 'a' },
    { LONGSHORE_AUDIT_FORWARD: 'https://logs.example/in' },
  ];
  const secrets = settings.filter((setting) => setting.secret);
  assert.ok(secrets.length >= 6, 'the settings that are secrets');
  const common = Object.assign({ LONGSHORE_STORE_SECRET_ACCESS_KEY: secret }, ...kinds) as Record<string, string>;
  for (const { key, variable } of secrets) {
    const value = key.endsWith('rl') ? `postgres://u:${secret}@db/x` : secret;
    const text = JSON.stringify(shown([], { ...common, [variable]: value }));
    assert.ok(!text.includes(secret), key);
    assert.match(text, new RegExp(`"key":"${key.replaceAll('.', '\\.')}","value":"\\*{8}","isSecret":true`));
    const inFile = JSON.stringify(shown([], without(common, variable, `${variable}_FILE`, 'f'), { f: value }));
    assert.ok(!inFile.includes(secret), `${key} from a file`);
  }
});

test('credentials in an address are refused or masked, whichever setting it was given for, and its default too', () => {
  const addresses = ['https', 'http', 'ldaps', 'syslog+tls', 'postgres'].flatMap((scheme) =>
    ['u:%s', '%s', 'u:a@%s'].map((user) => `${scheme}://${user.replace('%s', secret)}@host.example:1`),
  );
  const kinds = [
    {},
    { LONGSHORE_STORE_KIND: 's3', LONGSHORE_STORE_BUCKET: 'b', LONGSHORE_STORE_ACCESS_KEY_ID: 'a', LONGSHORE_STORE_SECRET_ACCESS_KEY: 's' },
    { LONGSHORE_METADATA_KIND: 'postgres', LONGSHORE_METADATA_URL: 'postgres://db/x' },
  ];
  // A directory is no address; other paths are made of it.
  const ofAddresses = settings.filter(({ key, secret, hidden }) => !secret && !hidden && key !== 'data');
  let taken = 0;
  for (const { key, variable, types } of ofAddresses) {
    for (const address of types.has('string') || types.has('array') ? addresses : []) {
      for (const env of kinds) {
        const result = loadConfig([], { ...env, [variable]: address }, () => address);
        if ('problems' in result) continue;
        taken += 1;
        assert.ok(!JSON.stringify(shownSettings(result)).includes(secret), `${key}: ${address}`);
      }
    }
  }
  assert.ok(taken > 0, 'some setting takes any text');
});

test('secrets in entries of lists are masked, what stands beside them is not', () => {
  const file = `mirrorRepositories:
  - name: far
    type: s3
    bucket: images
    endpoint: https://s3.example
    accessKeyId: somebody
    secretAccessKey: ${secret}
`;
  const text = JSON.stringify(shown(['--config', 'f.yaml'], {}, { 'f.yaml': file }));
  assert.ok(!text.includes(secret));
  assert.match(text, /"bucket":"images"/);
  assert.match(text, /"secretAccessKey":"\*{8}"/);
});

function without(env: Record<string, string>, variable: string, file: string, path: string): Record<string, string> {
  const { [variable]: _given, ...others } = env;
  return { ...others, [file]: path };
}
