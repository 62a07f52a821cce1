import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { loadConfig } from './load.ts';

const deploy = new URL('../../../../deploy/', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, deploy), 'utf8');

interface Service {
  readonly environment: Readonly<Record<string, string>>;
  readonly networks: { readonly cluster: { readonly ipv4_address: string } };
  readonly command: readonly string[];
}

/** The services of deploy/compose, with every variable set. */
function composeServices(): Readonly<Record<string, Service>> {
  const text = read('compose/compose.yaml').replaceAll(/\$\{(\w+):\?[^}]*\}/g, 'value-of-$1');
  return parse(text, { merge: true }).services;
}

test('what deploy/compose tells the replicas is a configuration, the same for all', () => {
  const { replica1, replica2, replica3, storage, database } = composeServices();
  const loaded = loadConfig([], replica1?.environment ?? {}, () => '');
  assert.ok('config' in loaded, 'problems' in loaded ? JSON.stringify(loaded.problems) : '');
  const { metadata, store } = loaded.config;
  assert.ok(metadata.kind === 'postgres' && store.kind === 's3');
  assert.equal(metadata.password, database?.environment['POSTGRES_PASSWORD']);
  assert.equal(store.accessKeyId, storage?.environment['ROOT_ACCESS_KEY']);
  assert.equal(store.secretAccessKey, storage?.environment['ROOT_SECRET_KEY']);
  assert.deepEqual(replica2?.environment, replica1?.environment);
  assert.deepEqual(replica3?.environment, replica1?.environment);
});

test('deploy/compose has its replicas where deploy/load-balancers looks for them, and changes what is there', () => {
  const { replica1, replica2, replica3, 'load-balancer': balancer } = composeServices();
  const haproxy = read('load-balancers/haproxy.cfg');
  const addresses = [replica1, replica2, replica3].map((replica) => `${replica?.networks.cluster.ipv4_address}:5000`);
  const known = [...haproxy.matchAll(/^ {2}server \w+ (\S+) check$/gm)].map(([, address]) => address);
  assert.deepEqual(known, [...addresses, ...addresses]);
  const [, from = '', to = ''] = /sed 's\/(.*)\/(.*)\/'/.exec(balancer?.command.at(-1) ?? '') ?? [];
  assert.match(haproxy.replace(new RegExp(from), to), /^ {2}bind :5000$/m);
  assert.equal(replica1?.environment['LONGSHORE_TRUSTED_PROXIES'], balancer?.networks.cluster.ipv4_address);
});
