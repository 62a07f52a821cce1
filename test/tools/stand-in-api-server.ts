import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ensureSelfSigned } from '../../packages/server/src/http/tls/self-signed.ts';

const issuer = 'https://kubernetes.default.svc.cluster.local';
const account = 'system:serviceaccount:ci:ci-cd';
const groups = ['system:serviceaccounts', 'system:serviceaccounts:ci', 'system:authenticated'];
const uid = '0f5b6c1e-7a31-4f6c-9d2d-2f2f6f0b1c11';
const extra = { 'authentication.kubernetes.io/credential-id': ['JTI=d2f0a1a8-5b0e-4a44-8d0a-7f3c1a2b4c5d'] };

/** What answers like the API server of a cluster. */
export interface StandInApiServer {
  /** The `iss` of its tokens, which many clusters have. */
  readonly issuer: string;
  /** What a registry is to know of it. */
  readonly address: { readonly server: string; readonly caFile: string; readonly tokenFile: string };
  /** Every token that it was asked about. */
  readonly shown: readonly string[];
  /** Changes what it says of the next tokens (`TokenReviewStatus`). */
  bend: ((status: object) => object) | undefined;
  /** What it says to questions about what somebody may do (`SubjectAccessReviewSpec`): yes, unless this is set. */
  allows: ((spec: AskedAccess) => Promise<boolean | 'no answer' | 'refused'>) | undefined;
  stop(): Promise<void>;
}

/**
 * Answers every review with yes, over TLS on loopback. It stands in for an API server, which takes seconds to start, where only the registry is measured, and
 * where answers are needed that a real one does not give.
 */
export async function startStandInApiServer(directory: string): Promise<StandInApiServer> {
  await mkdir(directory, { recursive: true });
  const { pairFile, authorityFile: caFile } = await ensureSelfSigned(directory, ['127.0.0.1'], new Date());
  const pair = await readFile(pairFile);
  const shown: string[] = [];
  const server = createServer({ cert: pair, key: pair }, async (request, response) => {
    const { kind, apiVersion, spec } = JSON.parse(await text(request)) as Review;
    const allowed = await (standIn.allows?.(spec) ?? true);
    if (allowed === 'no answer') return void response.destroy();
    if (allowed === 'refused') return void response.writeHead(422).end('the question is invalid');
    const status = kind === 'TokenReview' ? proved(spec) : { allowed };
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ kind, apiVersion, status }));
  });
  const proved = ({ token, audiences }: Review['spec']): object => {
    shown.push(token);
    const status = { authenticated: true, audiences: audiences.slice(0, 1), user: { username: account, uid, groups, extra } };
    return standIn.bend?.(status) ?? status;
  };
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const tokenFile = join(directory, 'registry-token');
  await writeFile(tokenFile, 'whatever', { mode: 0o600 });
  const standIn: StandInApiServer = {
    issuer,
    address: { server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, caFile, tokenFile },
    shown,
    bend: undefined,
    allows: undefined,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return standIn;
}

export interface AskedAccess {
  readonly user: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
  readonly resourceAttributes: { readonly verb: string; readonly namespace: string; readonly name?: string };
}

interface Review {
  readonly kind: string;
  readonly apiVersion: string;
  readonly spec: { readonly token: string; readonly audiences: readonly string[] } & AskedAccess;
}

/** A token as long as those of clusters, and signed by nobody: whoever takes it has to ask. */
export function standInToken(...audiences: readonly string[]): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const about = { namespace: 'ci', serviceaccount: { name: 'ci-cd', uid } };
  const claims = { iss: issuer, aud: audiences, iat: now, nbf: now, exp: now + 86_400, sub: account, 'kubernetes.io': about };
  return `${encode({ alg: 'RS256', kid: 'stand-in' })}.${encode(claims)}.${randomBytes(256).toString('base64url')}`;
}
