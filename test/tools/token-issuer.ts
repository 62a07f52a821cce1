import { constants, createHmac, generateKeyPairSync, type JsonWebKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** How one token differs from a good one. */
export interface TokenChanges {
  /** In place of, or besides, the usual claims; undefined takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Seconds from now. */
  readonly issuedAt?: number;
  readonly expiresAt?: number;
  /** In place of the issuer's own key; text makes an HMAC. */
  readonly signedBy?: KeyObject | string;
  /** The algorithm that is really used, whatever the header says. */
  readonly signedAs?: string;
}

/** How the issuer serves its documents. */
export type Serving = 'well' | 'never' | 'errors' | 'endlessly' | 'redirecting' | 'for-another-issuer';

/** An issuer of tokens with a server of its own. */
export interface TokenIssuer {
  /** Its `iss`. */
  readonly issuer: string;
  serving: Serving;
  /** How often its configuration or its keys were asked for. */
  readonly asked: () => { readonly configuration: number; readonly keys: number };
  /** The key set that it publishes now. */
  readonly keySet: () => { readonly keys: readonly JsonWebKey[] };
  /** A new key in place of those before. */
  rotate(): void;
  /** A token for `audience` with these claims. */
  token(audience: string, claims: object, changes?: TokenChanges): string;
  close(): Promise<void>;
}

/** Starts an issuer on a port of loopback; `tls`: over https with this certificate and key (PEM). */
export async function startTokenIssuer(
  options: { algorithm?: string; tls?: { cert: string | Buffer; key: string | Buffer } } = {},
): Promise<TokenIssuer> {
  const { algorithm = 'RS256', tls } = options;
  const asked = { configuration: 0, keys: 0 };
  let key = newKey(algorithm);
  let issuer = '';
  const server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  issuer = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const isConfiguration = request.url === '/.well-known/openid-configuration';
    asked[isConfiguration ? 'configuration' : 'keys'] += 1;
    const { serving } = made;
    if (serving === 'never') return;
    if (serving === 'errors') return void response.writeHead(500).end('{}');
    if (serving === 'redirecting') return void response.writeHead(302, { location: `${issuer}/elsewhere` }).end();
    if (serving === 'endlessly') return endless(response);
    const named = serving === 'for-another-issuer' ? 'https://issuer.example' : issuer;
    const body = isConfiguration ? { issuer: named, jwks_uri: `${issuer}/keys` } : made.keySet();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  const made: TokenIssuer = {
    issuer,
    serving: 'well',
    asked: () => ({ ...asked }),
    keySet: () => ({ keys: [key.jwk] }),
    rotate: () => {
      key = newKey(algorithm);
    },
    token: (audience, claims, changes = {}) => {
      const at = Math.floor(Date.now() / 1000);
      const { issuedAt = 0, expiresAt = issuedAt + 300 } = changes;
      const usual = { iss: issuer, aud: audience, jti: randomUUID(), iat: at + issuedAt, nbf: at + issuedAt, exp: at + expiresAt };
      const header = { alg: algorithm, typ: 'JWT', kid: key.jwk['kid'], ...changes.header };
      const text = `${encoded(header)}.${encoded({ ...usual, ...claims, ...changes.claims })}`;
      return `${text}.${signature(text, changes.signedAs ?? algorithm, changes.signedBy ?? key.privateKey)}`;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return made;
}

function endless(response: ServerResponse): void {
  response.writeHead(200);
  const piece = ' '.repeat(64 * 1024);
  const more = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  more();
}

/** A key pair for an algorithm, with its public half as it is published. */
export function newKey(algorithm: string): { readonly privateKey: KeyObject; readonly jwk: JsonWebKey } {
  const { publicKey, privateKey } = makePair(algorithm);
  return { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: algorithm } };
}

function makePair(algorithm: string) {
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519');
  if (algorithm.startsWith('ES')) return generateKeyPairSync('ec', { namedCurve: algorithm === 'ES256' ? 'P-256' : 'P-384' });
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** A JWS signature (RFC 7518 section 3); of `none` an empty one. */
function signature(text: string, algorithm: string, key: KeyObject | string): string {
  const hash = `sha${algorithm.slice(2)}`;
  if (algorithm === 'none') return '';
  if (typeof key === 'string') return createHmac(hash, key).update(text).digest('base64url');
  if (algorithm === 'EdDSA') return sign(null, Buffer.from(text), key).toString('base64url');
  const padding = algorithm.startsWith('PS') ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const options = algorithm.startsWith('ES') ? { dsaEncoding: 'ieee-p1363' as const } : { padding, saltLength: 32 };
  return sign(hash, Buffer.from(text), { key, ...options }).toString('base64url');
}

/** What tokens of GitHub Actions say of a push to `main` (docs.github.com, "OpenID Connect reference"). */
export const githubClaims = {
  sub: 'repo:octo/app:ref:refs/heads/main',
  actor: 'octocat',
  actor_id: '1001',
  base_ref: '',
  event_name: 'push',
  head_ref: '',
  job_workflow_ref: 'octo/app/.github/workflows/release.yml@refs/heads/main',
  ref: 'refs/heads/main',
  ref_protected: 'true',
  ref_type: 'branch',
  repository: 'octo/app',
  repository_id: '424242',
  repository_owner: 'octo',
  repository_owner_id: '2020',
  repository_visibility: 'private',
  run_attempt: '1',
  run_id: '22259804324',
  run_number: '42',
  runner_environment: 'github-hosted',
  sha: 'c040cae0f0dc81641728557b80f09cfa23b83fe5',
  workflow: 'release',
  workflow_ref: 'octo/app/.github/workflows/release.yml@refs/heads/main',
};

/** What ID tokens of GitLab CI/CD say of a job on `main` (docs.gitlab.com, "ID token authentication"). */
export const gitlabClaims = {
  sub: 'project_path:acme/shop:ref_type:branch:ref:main',
  namespace_id: '72',
  namespace_path: 'acme',
  project_id: '20',
  project_path: 'acme/shop',
  user_id: '1',
  user_login: 'sam',
  user_email: 'sam@acme.example',
  pipeline_id: '574',
  pipeline_source: 'push',
  job_id: '302',
  ref: 'main',
  ref_type: 'branch',
  ref_path: 'refs/heads/main',
  ref_protected: 'true',
  runner_id: 1,
  runner_environment: 'self-hosted',
  sha: '714a629c0b401fdce83e847fc9589983fc6f46bc',
  ci_config_ref_uri: 'gitlab.acme.example/acme/shop//.gitlab-ci.yml@refs/heads/main',
};

/** What Jenkins' OpenID Connect Provider plugin says of a build, which writes no `nbf` (jenkinsci/oidc-provider-plugin). */
export const jenkinsClaims = { sub: 'https://jenkins.acme.example/job/shop/', build_number: 7, nbf: undefined };

/** What a cluster says of a ServiceAccount (kubernetes.io, "Managing Service Accounts"). */
export const kubernetesClaims = {
  sub: 'system:serviceaccount:ci:builder',
  'kubernetes.io': {
    namespace: 'ci',
    node: { name: 'node-1', uid: '4d4b1b8e-3c1f-4a70-9d28-1a3b7b1d3a11' },
    pod: { name: 'build-x7d2', uid: '7d1cf5a2-2f9f-4e4c-9a31-2a7d6f5d0a77' },
    serviceaccount: { name: 'builder', uid: '14ee3fa4-a7e2-420f-9f9a-dbc4507c3798' },
    warnafter: 4102444800,
  },
};
