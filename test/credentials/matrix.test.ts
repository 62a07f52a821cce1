import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createApiClient } from '../../packages/api-client/src/index.ts';
import { createClientHome } from '../clients/client-home.ts';
import { containerdPrograms } from '../clients/containerd.ts';
import { realImages } from '../clients/real-images.ts';
import { type KubeApiserver, kubernetesPrograms, startKubeApiserver } from '../tools/kube-apiserver.ts';
import { type Longshore, startLongshore } from '../tools/longshore.ts';
import { findProgram, skipUnless } from '../tools/programs.ts';
import { type CredentialWorld, ownCredentials } from './own-credentials.ts';
import { type PullingClient, startPullingClients } from './pulling-clients.ts';
import { prepareServiceAccounts, serviceAccounts } from './service-accounts.ts';
import { type CredentialState, credentialStates, type ShownCredential } from './shown-credential.ts';

const project = 'matrix';
const needed = ['docker', 'crane', 'skopeo', ...containerdPrograms, ...kubernetesPrograms];
const absent = needed.filter((name) => findProgram(name) === undefined);
const skip = skipUnless(absent.length === 0, `not installed: ${absent.join(', ')}; run scripts/install-test-tools`);

// Every kind of credential, in every state, shown by every client to a repository that only those who are known may read.
describe('credentials and clients', { skip }, () => {
  let server: Longshore;
  let world: CredentialWorld;
  let cluster: KubeApiserver;
  before(async () => {
    cluster = await startKubeApiserver();
    const config = join(cluster.directory, 'longshore.yaml');
    await writeFile(config, JSON.stringify({ kubernetes: await prepareServiceAccounts(cluster, project) }));
    server = await startLongshore({ args: ['--config', config, '--tls-self-signed', '127.0.0.1'] });
    setDefaultCACertificates([...getCACertificates(), await readFile(join(server.dataDir, 'tls', 'ca.crt'), 'utf8')]);
    const admin = createApiClient({ baseUrl: server.url, credential: { name: 'admin', password: server.adminPassword } });
    await admin.POST('/api/v1/projects', { body: { name: project } });
    world = { url: server.url, admin, project };
  });
  after(async () => {
    await server?.stop();
    await cluster?.stop();
  });

  test('only what is right pulls, and every client says why nothing else does', async (t) => {
    const image = await pushImage(t, server);
    if (image === undefined) return;
    const { clients, stop } = await startPullingClients(server.host, join(server.dataDir, 'tls', 'ca.crt'));
    t.after(stop);
    const asked: Asked[] = [];
    for (const kind of [...ownCredentials(world), serviceAccounts(cluster, project)]) {
      for (const state of credentialStates) {
        const shown = await kind.make(state);
        if (shown === undefined) continue;
        if (shown.kind === 'refused') assert.notEqual(state, 'right', `${kind.name}, ${state}: ${shown.said}`);
        else asked.push({ kind: kind.name, state, shown });
      }
    }
    // What has to end first is shown last.
    for (const { kind, state, shown } of asked.toSorted((one, other) => (one.shown.endsAt ?? 0) - (other.shown.endsAt ?? 0))) {
      await wait(Math.max(0, (shown.endsAt ?? 0) - Date.now()));
      for (const client of clients) await show(t, client, image, { kind, state, shown });
    }
  });
});

interface Asked {
  readonly kind: string;
  readonly state: CredentialState;
  readonly shown: ShownCredential;
}

async function show(t: TestContext, client: PullingClient, image: string, { kind, state, shown }: Asked): Promise<void> {
  await t.test(`${kind}, ${state}, ${client.name}`, async () => {
    const outcome = await client.pull(image, shown);
    if (outcome === undefined) return;
    assert.equal(outcome.pulled, state === 'right', outcome.said);
    if (state !== 'right') assert.match(outcome.said, /401|unauthorized|authorization failed|denied|429|too many/i);
  });
}

/** In the older of the two formats, which the docker command line can read without its daemon. */
async function pushImage(t: TestContext, { host, adminPassword, dataDir }: Longshore): Promise<string | undefined> {
  const images = await realImages(t);
  if (images === undefined) return undefined;
  const image = `${host}/${project}/image:small`;
  const home = await createClientHome({ host, user: 'admin', password: adminPassword });
  t.after(home.remove);
  const copy = ['--insecure-policy', 'copy', '--quiet', '--format', 'v2s2', `oci:${images.index}:small`, `docker://${image}`];
  await home.run('skopeo', copy, { env: { SSL_CERT_FILE: join(dataDir, 'tls', 'ca.crt') } });
  return image;
}
