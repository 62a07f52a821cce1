import { createPrivateKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeApiserver } from '../tools/kube-apiserver.ts';
import { resigned } from '../tools/resigned-token.ts';
import type { CredentialKind, CredentialState, ShownCredential } from './shown-credential.ts';

/** How long a review by Kubernetes may count. */
const reviewMs = 5_000;

/** Lets every ServiceAccount of the project's namespace pull from it; answers the registry's section `kubernetes`. */
export async function prepareServiceAccounts({ kubectl, directory, server, caFile }: KubeApiserver, project: string): Promise<object> {
  for (const namespace of ['longshore', project]) await kubectl(['create', 'namespace', namespace]);
  await kubectl(['--namespace', 'longshore', 'create', 'serviceaccount', 'registry']);
  const reviewer = ['--clusterrole=system:auth-delegator', '--serviceaccount=longshore:registry'];
  await kubectl(['create', 'clusterrolebinding', 'registry', ...reviewer]);
  const puller = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'pull', namespace: project },
    rules: [{ apiGroups: ['longshore.dev'], resources: ['repositories'], verbs: ['pull'] }],
  };
  await kubectl(['apply', '--filename', '-'], JSON.stringify(puller));
  const everybody = ['--role=pull', `--group=system:serviceaccounts:${project}`];
  await kubectl(['--namespace', project, 'create', 'rolebinding', 'pull', ...everybody]);
  const tokenFile = join(directory, 'registry-token');
  await writeFile(tokenFile, await kubectl(['--namespace', 'longshore', 'create', 'token', 'registry']), { mode: 0o600 });
  return { clusters: [{ name: 'matrix', server, caFile, tokenFile }] };
}

/** Tokens of ServiceAccounts, as `kubectl create token` makes them, and as it would not. */
export function serviceAccounts(cluster: KubeApiserver, namespace: string): CredentialKind {
  return { name: 'ServiceAccount', make: (state) => makeToken(cluster, namespace, state) };
}

async function makeToken(cluster: KubeApiserver, namespace: string, state: CredentialState): Promise<ShownCredential> {
  const name = state.replace(' ', '-');
  await cluster.kubectl(['--namespace', namespace, 'create', 'serviceaccount', name]);
  const good = await cluster.token(`${namespace}/${name}`);
  const shown = (password: string, endsAt?: number): ShownCredential => ({
    kind: 'password',
    username: 'kubernetes',
    password,
    ...(endsAt !== undefined && { endsAt }),
  });
  const now = Math.floor(Date.now() / 1000);
  const signed = async (claims: object) => resigned(good, claims, createPrivateKey(await readFile(cluster.signingKeyFile)));
  switch (state) {
    case 'right':
      return shown(good);
    case 'expired':
      return shown(await signed({ iat: now - 700, nbf: now - 700, exp: now - 100 }));
    case 'revoked':
      await cluster.kubectl(['--namespace', namespace, 'delete', 'serviceaccount', name]);
      return shown(good, Date.now() + reviewMs);
    case 'wrong audience':
      return shown((await cluster.kubectl(['--namespace', namespace, 'create', 'token', name])).trim());
    case 'wrong issuer':
      return shown(await signed({ iss: 'https://elsewhere.example' }));
  }
}
