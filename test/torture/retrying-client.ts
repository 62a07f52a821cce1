import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, describeAnswer, NoAnswerError, passingStatuses, RegistryClient, type UploadMode } from '../crash/registry-client.ts';
import type { Findings } from './findings.ts';

/** Together half a minute: longer than any fault lasts. */
const mostTries = 15;
const longestDelayMs = 3000;

/**
 * Repeats what standard clients repeat: a broken connection and the statuses that ask for another try, an upload from its
 * beginning. Deletes are not repeated: the second would find nothing. Whatever still fails then is a finding.
 */
export class RetryingClient extends RegistryClient {
  readonly #findings: Findings;

  constructor(baseUrl: () => string, findings: Findings, authorization?: () => string | undefined) {
    super(baseUrl, authorization);
    this.#findings = findings;
  }

  override pushBlob(repository: string, bytes: Uint8Array, mode: UploadMode, algorithm?: 'sha256' | 'sha512'): Promise<Answer> {
    return this.#again(`push of a blob to ${repository} (${mode})`, () => super.pushBlob(repository, bytes, mode, algorithm));
  }

  override mountOrPush(repository: string, digest: string, bytes: Uint8Array, from: string): Promise<Answer> {
    return this.#again(`mount to ${repository}`, () => super.mountOrPush(repository, digest, bytes, from));
  }

  override headBlob(repository: string, digest: string): Promise<Answer> {
    return this.#again(`HEAD blob ${repository}@${digest}`, () => super.headBlob(repository, digest));
  }

  override getBlob(repository: string, digest: string): Promise<Answer> {
    return this.#again(`GET blob ${repository}@${digest}`, () => super.getBlob(repository, digest));
  }

  override putManifest(...manifest: Parameters<RegistryClient['putManifest']>): Promise<Answer> {
    return this.#again(`PUT manifest ${manifest[0]} ${manifest[1]}`, () => super.putManifest(...manifest));
  }

  override getManifest(repository: string, reference: string): Promise<Answer> {
    return this.#again(`GET manifest ${repository} ${reference}`, () => super.getManifest(repository, reference));
  }

  override list(path: string, field: string): Promise<string[] | Answer> {
    return this.#again(`GET ${path}`, () => super.list(path, field));
  }

  override referrers(repository: string, subject: string): Promise<string[] | Answer> {
    return this.#again(`GET referrers ${repository}@${subject}`, () => super.referrers(repository, subject));
  }

  async #again<T extends Answer | string[]>(what: string, attempt: () => Promise<T>): Promise<T> {
    for (let tried = 1; ; tried += 1) {
      const outcome = await attempt().catch((error: unknown) => {
        if (error instanceof NoAnswerError) return error;
        throw error;
      });
      const passing = outcome instanceof Error || (!Array.isArray(outcome) && passingStatuses.includes(outcome.status));
      if (!passing || tried === mostTries) {
        if (passing) this.#findings.add('unexpected', `${what} fails ${tried} times: ${describe(outcome)}`);
        if (outcome instanceof Error) throw outcome;
        return outcome;
      }
      this.#findings.tried(tried + 1);
      await wait(Math.min(longestDelayMs, 100 * 2 ** tried) * (0.5 + Math.random() / 2));
    }
  }
}

function describe(outcome: Error | Answer | string[]): string {
  if (outcome instanceof Error) return outcome.message;
  return Array.isArray(outcome) ? 'a list' : describeAnswer(outcome);
}
