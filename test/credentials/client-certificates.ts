import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { until } from '../security/until.ts';
import { ClientAuthority, type ClientPair, type WantedClient, writeClientPair } from '../tools/client-authority.ts';
import { type CredentialWorld, makeRobot } from './own-credentials.ts';
import type { CredentialKind, CredentialState, ShownCredential } from './shown-credential.ts';

/** An authority that vouches for clients, another that the registry does not know, and the files that the registry reads. */
export interface ClientAuthorities {
  readonly authority: ClientAuthority;
  readonly stranger: ClientAuthority;
  readonly directory: string;
  readonly listFile: string;
  /** Section `tls` of the settings. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Makes the authorities; their files lie in `parent`. */
export async function prepareClientAuthorities(parent: string): Promise<ClientAuthorities> {
  const directory = join(parent, 'clients');
  await mkdir(directory);
  const [authority, stranger] = [new ClientAuthority(), new ClientAuthority('Strangers CA')];
  const [authorityFile, listFile] = [join(directory, 'clients.pem'), join(directory, 'clients.crl')];
  await writeFile(authorityFile, authority.cert);
  await writeFile(listFile, authority.revoke([]));
  const settings = { clientCertificates: 'optional', clientAuthorities: authorityFile, clientRevocations: [listFile] };
  return { authority, stranger, directory, listFile, settings };
}

/** Certificates of clients that robots trust. One that is for servers alone has the wrong audience. */
export function clientCertificates(world: CertifiedWorld, authorities: ClientAuthorities): CredentialKind {
  return { name: 'client certificate', make: (state) => makeCertificate(world, authorities, state) };
}

interface CertifiedWorld extends CredentialWorld {
  /** PEM: of the authority that vouches for the registry. */
  readonly authority: string;
}

async function makeCertificate(world: CertifiedWorld, authorities: ClientAuthorities, state: CredentialState): Promise<ShownCredential> {
  const commonName = `certified-${state.replace(' ', '-')}`;
  const { robot } = await makeRobot(world, commonName);
  const made = await world.admin.POST('/api/v1/projects/{project}/robots/{robot}/trusts', {
    params: { path: { project: world.project, robot: robot.id } },
    body: { issuer: 'client-certificates', rule: `claims.commonName == "${commonName}"` },
  });
  assert.ok(made.data);
  const { authority, stranger, directory, listFile } = authorities;
  const wanted: WantedClient = {
    commonName,
    ...(state === 'expired' && { from: -7200, until: -3600 }),
    ...(state === 'wrong audience' && { usage: 'serverAuth' }),
  };
  const pair = (state === 'wrong issuer' ? stranger : authority).issue(wanted);
  if (state === 'revoked') {
    await writeFile(listFile, authority.revoke([pair]));
    await until(async () => (await askWith(world, pair)).includes('it was revoked'));
  }
  return { kind: 'certificate', ...(await writeClientPair(directory, commonName, pair)) };
}

/** What the registry answers to whoever shows this. */
function askWith({ url, authority: ca }: CertifiedWorld, { cert, key }: ClientPair): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/v2/`, { agent: new Agent({ ca, cert, key }) }, async (response) => {
      let text = '';
      for await (const piece of response) text += String(piece);
      resolve(text);
    });
    sent.on('error', reject).end();
  });
}
