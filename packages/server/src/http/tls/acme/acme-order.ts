import { isIP } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fence } from '../../../registry/ports/lease-store.ts';
import type { Logger } from '../../../registry/ports/logger.ts';
import { keyAuthorization, type Signer } from './account-key.ts';
import { type AnswerFields, problemText, requireFields, requireList, requireSecure, requireText, requireUrl } from './acme-answer.ts';
import { AcmeError, unexpected } from './acme-error.ts';
import { type AcmeAnswer, type AcmeRequests, jsonOf } from './acme-requests.ts';
import type { ChallengeDoor, Proof } from './challenge-door.ts';

/** One turn with the authority. */
export interface AcmeTurn {
  readonly requests: AcmeRequests;
  readonly signer: Signer;
  readonly door: ChallengeDoor;
  readonly fence: Fence;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** An order as the authority has it (RFC 8555 section 7.1.3). */
export interface Order {
  readonly url: string;
  readonly fields: AnswerFields;
  readonly status: string;
}

/** What is asked for. */
export interface OrderTerms {
  readonly names: readonly string[];
  readonly profile: string | undefined;
  /** The certificate that this one takes the place of (RFC 9773 section 5). */
  readonly replaces: string | undefined;
}

/** Who validates, or signs, takes seconds; who takes longer is asked again another time. */
const longestWaitMs = 5 * 60_000;
const shortestPauseMs = 500;
const longestPauseMs = 15_000;

/** Asks for a new certificate (section 7.4). */
export async function newOrder(turn: AcmeTurn, { names, profile, replaces }: OrderTerms): Promise<Order> {
  const { newOrder: address } = await turn.requests.directory();
  const payload = {
    identifiers: names.map((name) => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name })),
    ...(profile === undefined ? {} : { profile }),
  };
  const post = (body: object) => turn.requests.post(turn.signer, address, body);
  let answer: AcmeAnswer;
  try {
    answer = await post(replaces === undefined ? payload : { ...payload, replaces });
  } catch (error) {
    // It was replaced already, or the authority forgot it: that is advice only.
    if (replaces === undefined || !(error instanceof AcmeError) || error.keepsOrder) throw error;
    answer = await post(payload);
  }
  return orderOf(requireSecure(answer.location, 'the address of the order'), answer);
}

/** The order as it is now. */
export async function readOrder(turn: AcmeTurn, url: string): Promise<Order> {
  return orderOf(url, await turn.requests.post(turn.signer, url));
}

/** Shows that the names are ours (section 7.5); resolves to the order when the authority has seen it. */
export async function prove(turn: AcmeTurn, order: Order): Promise<Order> {
  const asked: { readonly url: string; readonly challenge: string; readonly proof: Proof }[] = [];
  for (const value of requireList(order.fields, 'authorizations', 'the order')) {
    const url = requireSecure(typeof value === 'string' ? value : undefined, 'an authorization of the order');
    const fields = jsonOf(await turn.requests.post(turn.signer, url), 'an authorization');
    if (fields['status'] === 'valid') continue;
    asked.push({ url, ...proofOf(turn, fields) });
  }
  const proofs = asked.map(({ proof }) => proof);
  try {
    await turn.door.publish(proofs, turn);
    for (const { challenge } of asked) await turn.requests.post(turn.signer, challenge, {});
    for (const { url } of asked) await untilValid(turn, url);
  } finally {
    // Whatever became of the order; what stays behind harms nobody.
    await turn.door.withdraw(proofs, turn).catch((cause: unknown) => {
      turn.logger.warn('What proved the names of the TLS certificate could not be taken back.', {
        names: proofs.map(({ name }) => name),
        cause,
      });
    });
  }
  return untilStatus(turn, order.url, (status) => status !== 'pending');
}

/** Sends the request for the certificate (section 7.4); resolves to its chain in PEM. */
export async function finalize(turn: AcmeTurn, order: Order, request: Buffer): Promise<string> {
  if (order.status === 'ready') {
    await turn.requests.post(turn.signer, requireUrl(order.fields, 'finalize', 'the order'), { csr: request.toString('base64url') });
  }
  const done = await untilStatus(turn, order.url, (status) => status !== 'processing' && status !== 'ready');
  if (done.status !== 'valid') throw new AcmeError('orderInvalid', `The order failed: ${problemText(done.fields['error'])}`);
  const { body } = await turn.requests.post(turn.signer, requireUrl(done.fields, 'certificate', 'the order'));
  return body;
}

function orderOf(url: string, answer: AcmeAnswer): Order {
  const fields = jsonOf(answer, 'the order');
  return { url, fields, status: requireText(fields, 'status', 'the order') };
}

function proofOf({ signer, door }: AcmeTurn, authorization: AnswerFields): { challenge: string; proof: Proof } {
  const name = requireText(requireFields(authorization['identifier'], 'an identifier'), 'value', 'an identifier');
  const challenges = requireList(authorization, 'challenges', 'an authorization').map((value) => requireFields(value, 'a challenge'));
  const fields = challenges.find(({ type }) => type === door.type);
  if (fields === undefined || authorization['status'] !== 'pending') {
    const state = `its state is ${String(authorization['status'])}`;
    throw new AcmeError('unauthorized', `The certificate authority does not let ${name} be proved by ${door.type} (${state}).`);
  }
  const token = requireText(fields, 'token', 'a challenge');
  // Section 8.3: it becomes part of a path.
  if (!/^[\w-]{1,200}$/.test(token)) throw unexpected('the token of a challenge');
  return {
    challenge: requireUrl(fields, 'url', 'a challenge'),
    proof: { name, token, keyAuthorization: keyAuthorization(signer.key, token) },
  };
}

async function untilValid(turn: AcmeTurn, url: string): Promise<void> {
  const { fields } = await until(turn, url, (now) => now['status'] !== 'pending');
  if (fields['status'] === 'valid') return;
  const { value } = requireFields(fields['identifier'], 'an identifier');
  const challenges = requireList(fields, 'challenges', 'an authorization').map((challenge) => requireFields(challenge, 'a challenge'));
  const reasons = challenges.flatMap(({ error }) => (error === undefined ? [] : [problemText(error)]));
  throw new AcmeError('unauthorized', `The certificate authority found no proof for ${String(value)}: ${reasons.join('; ')}`);
}

async function untilStatus(turn: AcmeTurn, url: string, isOver: (status: string) => boolean): Promise<Order> {
  const { answer } = await until(turn, url, (fields) => isOver(requireText(fields, 'status', 'the order')));
  return orderOf(url, answer);
}

/** Asks until it is over, as often as the authority likes. */
async function until(
  { requests, signer, signal }: AcmeTurn,
  url: string,
  isOver: (fields: AnswerFields) => boolean,
): Promise<{ fields: AnswerFields; answer: AcmeAnswer }> {
  const began = performance.now();
  for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const answer = await requests.post(signer, url);
    const fields = jsonOf(answer, 'an answer');
    if (isOver(fields)) return { fields, answer };
    const waitMs = Math.max(answer.retryAfterMs ?? pauseMs, shortestPauseMs);
    if (performance.now() - began + waitMs > longestWaitMs) {
      throw new AcmeError('unreachable', `The certificate authority did not come to an end within ${longestWaitMs / 60_000} minutes.`);
    }
    await pause(waitMs, undefined, { signal });
  }
}
