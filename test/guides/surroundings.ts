import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeAuthority, makeServerCertificate } from '../../packages/server/src/http/tls/certificate-writer.ts';
import { makeBucket } from '../../packages/server/src/storage/s3/bucket-bench.ts';
import { type PostgresServer, serverOwner, startPostgres } from '../tools/postgres.ts';
import { startVersitygw } from '../tools/versitygw.ts';

/** What the servers of a guide find around them: a database that speaks TLS, a bucket, and the files of `/etc/longshore`. */
export interface Surroundings {
  readonly postgres: PostgresServer;
  readonly endpoint: string;
  readonly bucket: string;
  /** Stands for `/etc/longshore`, on all machines. */
  readonly settings: string;
  /** For clients. */
  readonly authorityFile: string;
  /** Certificate and key of every address of these tests. */
  readonly certificateFile: string;
  readonly adminPassword: string;
  stop(): Promise<void>;
}

/** Starts them; `addresses` are those of registries and load balancers. */
export async function startSurroundings(directory: string, addresses: readonly string[]): Promise<Surroundings> {
  const settings = join(directory, 'etc-longshore');
  await mkdir(settings);
  const now = new Date();
  const authority = makeAuthority(['127.0.0.1', ...addresses], now);
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(settings, name), text, { mode: 0o600 });
    return join(settings, name);
  };
  const issued = makeServerCertificate(authority, ['127.0.0.1', ...addresses], now);
  const certificate = issued.certificate.toString();
  const key = issued.key.export({ type: 'pkcs8', format: 'pem' }).toString();
  const authorityFile = await write('database-ca.crt', authority.certificate.toString());
  await write('registry.crt', certificate);
  await write('registry.key', key);
  const certificateFile = await write('registry.pem', certificate + key);
  const adminPassword = 'a password of this test';
  await write('admin-password', adminPassword);
  await write('database-password', 'any, since the server of the test trusts this machine');
  const [postgres, gateway] = await Promise.all([startPostgresWithTls(settings, certificate, key), startVersitygw()]);
  const { bucket, accessKeyId = '', secretAccessKey = '' } = await makeBucket(gateway);
  await write('s3-access-key', accessKeyId);
  await write('s3-secret-key', secretAccessKey);
  return {
    postgres,
    endpoint: gateway.endpoint,
    bucket,
    settings,
    authorityFile,
    certificateFile,
    adminPassword,
    async stop() {
      await Promise.all([postgres.stop(), gateway.stop()]);
    },
  };
}

/** PostgreSQL takes a key of its own user only. */
async function startPostgresWithTls(settings: string, certificate: string, key: string): Promise<PostgresServer> {
  const owner = await serverOwner();
  const files = { ssl_cert_file: join(settings, 'database.crt'), ssl_key_file: join(settings, 'database.key') };
  await writeFile(files.ssl_cert_file, certificate, { mode: 0o600 });
  await writeFile(files.ssl_key_file, key, { mode: 0o600 });
  if (owner !== undefined) await Promise.all(Object.values(files).map((file) => chown(file, owner.uid, owner.gid)));
  return startPostgres({ ssl: 'on', ...files });
}
