import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClientHome } from '../clients/client-home.ts';
import { guideBlocks } from '../guides/guide-blocks.ts';
import { type KubeApiserver, startKubeApiserver } from '../tools/kube-apiserver.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';

/** A registry that asks a real API server who its clients are and what they may do. */
export interface ClusterRegistry {
  readonly cluster: KubeApiserver;
  readonly server: Longshore;
  /** Pushes a little image with crane, logged in so; what crane printed of an error, or undefined. `user` is `kubernetes` unless said, as for a token of the cluster. */
  push(login: { readonly user?: string; readonly password: string }, reference: string): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** What a registry outside a cluster is told of it. */
export interface ClusterAddress {
  readonly server: string;
  readonly caFile: string;
  readonly tokenFile: string;
}

/** The longest there is: only a test of outages wants to be answered before a busy machine answers. */
export const patientSeconds = 30;

interface ClusterRegistryOptions {
  readonly timeoutSeconds?: number;
  readonly listen?: string;
  /** The configuration (YAML); unless given one of the cluster as `prod`. */
  readonly configure?: (address: ClusterAddress) => Promise<string>;
}

/**
 * Starts both. In the cluster the registry is the ServiceAccount `registry` of the namespace `longshore`; every object
 * of the guide is there, and the ServiceAccounts `ci/ci-cd`, `ci/default`, `ci/web` and `dev/default`.
 */
export async function startClusterRegistry(options: ClusterRegistryOptions = {}): Promise<ClusterRegistry> {
  const { timeoutSeconds = patientSeconds, listen, configure = async (address) => plainConfig({ ...address, timeoutSeconds }) } = options;
  const cluster = await startKubeApiserver();
  try {
    const accounts = [
      ['longshore', 'registry'],
      ['ci', 'default'],
      ['ci', 'ci-cd'],
      ['ci', 'web'],
      ['dev', 'default'],
    ] as const;
    for (const namespace of new Set(accounts.map(([name]) => name))) await cluster.kubectl(['create', 'namespace', namespace]);
    for (const [namespace, name] of accounts) await cluster.kubectl(['--namespace', namespace, 'create', 'serviceaccount', name]);
    await cluster.kubectl(['apply', '--filename', '-'], (await guideObjects()).join('---\n'));
    const [config, tokenFile] = [join(cluster.directory, 'longshore.yaml'), join(cluster.directory, 'registry-token')];
    await writeFile(tokenFile, await cluster.kubectl(['--namespace', 'longshore', 'create', 'token', 'registry']), { mode: 0o600 });
    await writeFile(config, await configure({ server: cluster.server, caFile: cluster.caFile, tokenFile }));
    const server = await startLongshore({ args: ['--config', config], ...(listen !== undefined && { listen }) });
    const stop = async (): Promise<void> => {
      await server.stop();
      await cluster.stop();
    };
    return { cluster, server, push: await pusher(cluster.directory, server.host), stop };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function pusher(directory: string, host: string): Promise<ClusterRegistry['push']> {
  const layer = join(directory, 'layer.tar');
  await writeFile(layer, Buffer.alloc(1024));
  return async ({ user = 'kubernetes', password }, reference) => {
    const home = await createClientHome({ host, user, password });
    try {
      const { code, stderr } = await home.try('crane', ['append', '--new_layer', layer, '--new_tag', `${host}/${reference}`]);
      return code === 0 ? undefined : stderr;
    } finally {
      await home.remove();
    }
  };
}

/** What shows a token of a cluster as a password. */
export function asPassword(token: string): string {
  return `Basic ${Buffer.from(`kubernetes:${token}`).toString('base64')}`;
}

/** A configuration is JSON, which is YAML. */
function plainConfig(address: ClusterAddress & { readonly timeoutSeconds: number }): string {
  return JSON.stringify({ kubernetes: { clusters: [{ name: 'prod', ...address }] } });
}

/** What readers of the guide apply to their cluster. */
async function guideObjects(): Promise<string[]> {
  const blocks = await guideBlocks('kubernetes-access.md');
  return blocks.filter(({ language, text }) => language === 'yaml' && text.startsWith('apiVersion:')).map(({ text }) => text);
}
