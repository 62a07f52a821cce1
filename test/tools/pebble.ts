import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeAuthority, makeServerCertificate } from '../../packages/server/src/http/tls/certificate-writer.ts';
import { startDnsServer } from './dns-server.ts';
import { freePort } from './free-port.ts';
import { programPath } from './programs.ts';
import { type StartedProcess, startProcess } from './started-process.ts';

export interface PebbleOptions {
  /** How long its certificates last. */
  readonly validitySeconds?: number;
  /** Of a hundred good nonces, so many are refused. */
  readonly badNonces?: number;
}

/** A certificate authority that speaks ACME, in strict mode; every name is this machine to it. */
export interface Pebble {
  /** Address of its directory. */
  readonly directory: string;
  /** The certificate that vouches for its own server. */
  readonly authorityFile: string;
  /** The port on which it looks for proofs by HTTP. */
  readonly httpPort: number;
  /** TXT records that it sees. */
  readonly records: Map<string, string[]>;
  /** The certificate that vouches for those that it issues; another one after each start. */
  root(): Promise<string>;
  output(): string;
  /** Stops answering, and begins anew with nothing that it knew: accounts, orders, its own key. */
  halt(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it; the same ports serve until it is stopped. */
export async function startPebble({ validitySeconds = 3600, badNonces = 20 }: PebbleOptions = {}): Promise<Pebble> {
  const directory = await mkdtemp(join(tmpdir(), 'longshore-pebble-'));
  const dns = await startDnsServer();
  const [port, managementPort, httpPort, tlsPort] = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const authority = makeAuthority(['127.0.0.1'], new Date());
  const { certificate, key } = makeServerCertificate(authority, ['127.0.0.1'], new Date());
  const [authorityFile, certFile, keyFile, configFile] = ['ca.pem', 'cert.pem', 'key.pem', 'pebble.json'].map((name) =>
    join(directory, name),
  ) as [string, string, string, string];
  await writeFile(authorityFile, authority.certificate.toString());
  await writeFile(certFile, certificate.toString());
  await writeFile(keyFile, key.export({ type: 'pkcs8', format: 'pem' }));
  const pebble = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: certFile,
    privateKey: keyFile,
    httpPort,
    tlsPort,
    retryAfter: { authz: 1, order: 1 },
    keyAlgorithm: 'ecdsa',
    profiles: { default: { description: 'as long as the test needs', validityPeriod: validitySeconds } },
  };
  await writeFile(configFile, JSON.stringify({ pebble }));
  const start = async (): Promise<StartedProcess> => {
    const started = await startProcess(programPath('pebble'), ['-config', configFile, '-strict', '-dnsserver', dns.address], {
      ready: /ACME directory available/,
      env: { PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: String(badNonces), PEBBLE_AUTHZREUSE: '0' },
    });
    // It says so before it listens.
    await Promise.all([port, managementPort].map(untilListening));
    return started;
  };
  let running = await start();
  return {
    directory: `https://127.0.0.1:${port}/dir`,
    authorityFile,
    httpPort,
    records: dns.records,
    root: () => read(`https://127.0.0.1:${managementPort}/roots/0`, authority.certificate.toString()),
    output: () => running.output(),
    halt: () => running.stop('SIGKILL'),
    restart: async () => {
      running = await start();
    },
    stop: async () => {
      await running.stop('SIGKILL');
      await dns.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function untilListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await pause(20);
  }
  throw new Error(`nobody listens on port ${port}`);
}

function read(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(url, { ca, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.once('end', () => resolve(text)).once('error', reject);
    })
      .once('error', reject)
      .end();
  });
}
