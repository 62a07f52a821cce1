import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createClientHome } from '../clients/client-home.ts';
import { containerdPrograms } from '../clients/containerd.ts';
import { realImages } from '../clients/real-images.ts';
import { kubernetesPrograms } from '../tools/kube-apiserver.ts';
import { findProgram, skipUnless } from '../tools/programs.ts';
import { type PullingClient, startPullingClients } from './pulling-clients.ts';
import { type CredentialState, credentialStates, type ShownCredential } from './shown-credential.ts';
import { credentialKinds, startWorld, type WholeWorld } from './whole-world.ts';

const project = 'matrix';
const needed = ['docker', 'crane', 'skopeo', 'slapd', ...containerdPrograms, ...kubernetesPrograms];
const absent = needed.filter((name) => findProgram(name) === undefined);
const skip = skipUnless(absent.length === 0, `not installed: ${absent.join(', ')}; run scripts/install-test-tools`);

// Every kind of credential, in every state, shown by every client to a repository that only those who are known may read.
describe('credentials and clients', { skip }, () => {
  let world: WholeWorld;
  before(async () => {
    world = await startWorld(project);
  });
  after(() => world?.stop());

  test('only what is right pulls, and every client says why nothing else does', async (t) => {
    const image = await pushImage(t, world);
    if (image === undefined) return;
    const { clients, stop } = await startPullingClients(world.server.host, world.authorityFile);
    t.after(stop);
    const asked: Asked[] = [];
    for (const kind of credentialKinds(world)) {
      for (const state of credentialStates) {
        const shown = await kind.make(state);
        if (shown === undefined) continue;
        if (shown.kind !== 'refused') asked.push({ kind: kind.name, state, shown });
        else await t.test(`${kind.name}, ${state}: nothing to show`, () => assert.notEqual(state, 'right', shown.said));
      }
    }
    // What has to end first is shown last.
    for (const { kind, state, shown } of asked.toSorted((one, other) => (one.shown.endsAt ?? 0) - (other.shown.endsAt ?? 0))) {
      await wait(Math.max(0, (shown.endsAt ?? 0) - Date.now()));
      for (const client of clients.filter(({ showsCertificates }) => showsCertificates || shown.kind === 'password'))
        await show(t, client, image, { kind, state, shown });
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
    assert.equal(outcome.pulled, state === 'right', outcome.said);
    if (state !== 'right') assert.match(outcome.said, /401|unauthorized|authorization failed|denied|429|too many/i);
  });
}

/** In the older of the two formats, which the docker command line can read without its daemon. */
async function pushImage(t: TestContext, { server: { host, adminPassword }, authorityFile }: WholeWorld): Promise<string | undefined> {
  const images = await realImages(t);
  if (images === undefined) return undefined;
  const image = `${host}/${project}/image:small`;
  const home = await createClientHome({ host, user: 'admin', password: adminPassword });
  t.after(home.remove);
  const copy = ['--insecure-policy', 'copy', '--quiet', '--format', 'v2s2', `oci:${images.index}:small`, `docker://${image}`];
  await home.run('skopeo', copy, { env: { SSL_CERT_FILE: authorityFile } });
  return image;
}
