import assert from 'node:assert/strict';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeAuthority, makeServerCertificate } from '../../packages/server/src/http/tls/certificate-writer.ts';
import { connectionSettings } from '../../packages/server/src/metadata/postgres/connection-settings.ts';
import { connectWithoutTimeout } from '../../packages/server/src/metadata/postgres/postgres-pool.ts';
import { serverOwner, startPostgres } from '../tools/postgres.ts';
import { requirePrograms } from '../tools/programs.ts';

const now = new Date();

/** A server that offers TLS with a certificate for 127.0.0.1, and the files of its authority and of another. */
async function startWithTls(t: TestContext): Promise<{ url: string; authority: string; stranger: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-database-tls-'));
  t.after(() => rm(directory, { recursive: true }));
  const authority = makeAuthority(['127.0.0.1', 'localhost'], now);
  const { certificate, key } = makeServerCertificate(authority, ['127.0.0.1'], now);
  const owner = await serverOwner();
  const write = async (name: string, text: string) => {
    const path = join(directory, name);
    await writeFile(path, text, { mode: 0o600 });
    if (owner !== undefined) await chown(path, owner.uid, owner.gid);
    return path;
  };
  if (owner !== undefined) await chown(directory, owner.uid, owner.gid);
  const server = await startPostgres({
    ssl: 'on',
    ssl_cert_file: await write('server.crt', certificate.toString()),
    ssl_key_file: await write('server.key', key.export({ type: 'pkcs8', format: 'pem' }).toString()),
  });
  t.after(() => server.stop());
  const stranger = makeAuthority(['127.0.0.1'], now).certificate.toString();
  return {
    url: server.url,
    authority: await write('ca.crt', authority.certificate.toString()),
    stranger: await write('stranger.crt', stranger),
  };
}

/** Whether the connection that such a URL makes is encrypted; rejects when there is none. */
async function isEncrypted(url: string): Promise<unknown> {
  const client = await connectWithoutTimeout({ url });
  try {
    return (await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()')).rows[0]?.ssl;
  } finally {
    await client.end();
  }
}

test('the URL of the database says how its connection is protected, as for libpq', async (t) => {
  if (requirePrograms(t, 'initdb', 'postgres') === undefined) return;
  const { url, authority, stranger } = await startWithTls(t);
  const elsewhere = url.replace('127.0.0.1', 'localhost');
  assert.equal(await isEncrypted(url), false);
  assert.equal(await isEncrypted(`${url}?sslmode=disable`), false);
  assert.equal(await isEncrypted(`${url}?sslmode=verify-full&sslrootcert=${authority}`), true);
  assert.equal(await isEncrypted(`${elsewhere}?sslmode=verify-ca&sslrootcert=${authority}`), true);
  assert.equal(await isEncrypted(`${url}?sslmode=require`), true);
  await assert.rejects(isEncrypted(`${elsewhere}?sslmode=verify-full&sslrootcert=${authority}`), /not in the cert|altnames/i);
  await assert.rejects(isEncrypted(`${url}?sslmode=verify-full`), /certificate/);
  for (const mode of ['verify-full', 'verify-ca', 'require']) {
    await assert.rejects(isEncrypted(`${url}?sslmode=${mode}&sslrootcert=${stranger}`), /certificate/, mode);
  }
});

test('what gives no protection or cannot be had is refused with what to write instead', () => {
  const settingsOf = (parameters: string) => () => connectionSettings({ url: `postgres://u@127.0.0.1/d?${parameters}` }, 10_000);
  assert.throws(settingsOf('sslmode=prefer'), /sslmode=prefer is not one of disable, require, verify-ca, verify-full/);
  assert.throws(settingsOf('sslmode=verify-ca'), /needs sslrootcert/);
  assert.throws(settingsOf('sslmode=verify-full&sslrootcert=/nowhere/ca.crt'), /sslrootcert cannot be read.*ENOENT/);
});

test('the password is the one in the URL, or the one that is given beside it', () => {
  const passwordOf = (url: string, password?: string) =>
    URL.parse(connectionSettings({ url, password }, 1).connectionString ?? '')?.password;
  assert.equal(passwordOf('postgres://u:own@h/d', 'other'), 'own');
  assert.equal(decodeURIComponent(passwordOf('postgres://u@h/d', 'p@ss/w:rd?') ?? ''), 'p@ss/w:rd?');
  assert.equal(passwordOf('postgres://u@h/d'), '');
});
