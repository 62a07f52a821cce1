import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.ts';
import { programPath } from './programs.ts';
import { startProcess } from './started-process.ts';

/** A real S3 server with the keys of a user. */
export interface S3Server {
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  output(): string;
  /** Ends the gateway with all its daemons; its objects are gone then. */
  stop(): Promise<void>;
}

const script = fileURLToPath(new URL('../../scripts/start-radosgw', import.meta.url));

/** The programs that `startRadosgw` needs, for `requirePrograms`. */
export const radosgwPrograms = ['radosgw', 'radosgw-admin', 'ceph-mon', 'ceph-osd', 'ceph', 'monmaptool'] as const;

export interface RadosgwOptions {
  readonly port?: number;
  /** Holds its `ceph.conf`, and stays; otherwise a temporary folder, which goes. */
  readonly directory?: string;
}

/** Starts a real S3 server, Ceph's object gateway, on loopback with its objects in memory. Several may run at once. */
export async function startRadosgw(options: RadosgwOptions = {}): Promise<S3Server> {
  for (const program of radosgwPrograms) programPath(program);
  const keys = { S3_ACCESS_KEY: 'longshore-test', S3_SECRET_KEY: 'longshore-test-secret' };
  // Its daemons listen seconds after the script has looked for ports; nobody else gets these until then.
  const ports = ['--port', String(options.port ?? (await freePort())), '--monitor-port', String(await freePort())];
  const directory = options.directory === undefined ? [] : ['--directory', options.directory];
  const gateway = await startProcess('bash', [script, '--stop-with-stdin', ...ports, ...directory], {
    ready: /radosgw is ready on (http:\S+)/,
    env: keys,
    openStdin: true,
    // It takes 7 seconds alone, and 30 beside seven programs on each core.
    timeoutMs: 180_000,
  });
  return {
    endpoint: gateway.readyMatch[1] ?? '',
    accessKey: keys.S3_ACCESS_KEY,
    secretKey: keys.S3_SECRET_KEY,
    output: gateway.output,
    stop: () => gateway.stop(),
  };
}
