import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { programPath } from './programs.ts';
import type { S3Server } from './radosgw.ts';
import { startProcess } from './started-process.ts';

/** Starts a second real S3 server, Versity's gateway over a directory of its own, on loopback. `stop` removes the directory. */
export async function startVersitygw(): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-versitygw-'));
  const port = await freePort();
  const keys = { accessKey: 'longshore-test', secretKey: 'longshore-test-secret' };
  const args = ['--port', `127.0.0.1:${port}`, '--keep-alive', 'posix', directory];
  const gateway = await startProcess(programPath('versitygw'), args, {
    ready: /listening on/i,
    env: { ROOT_ACCESS_KEY: keys.accessKey, ROOT_SECRET_KEY: keys.secretKey },
  });
  return {
    ...keys,
    endpoint: `http://127.0.0.1:${port}`,
    output: gateway.output,
    stop: async () => {
      await gateway.stop();
      await rm(directory, { recursive: true });
    },
  };
}
