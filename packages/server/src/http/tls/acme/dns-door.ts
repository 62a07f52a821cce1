import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../../../registry/ports/logger.ts';
import { recordValue } from './account-key.ts';
import { AcmeError } from './acme-error.ts';
import type { ChallengeDoor, Proof } from './challenge-door.ts';

export interface DnsHookOptions {
  /** A program: called with `add` or `remove`, the name of a TXT record, and its value. */
  readonly program: string;
  /** How long name servers need after it has ended, until all of them know. */
  readonly waitMs: number;
  /** It is killed after that. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

const mostOutput = 4096;
/** For each record, while the process ends. */
const lastTimeoutMs = 3000;

/** Proofs by DNS (RFC 8555 section 8.4): TXT records that a program of the administrator adds and removes. */
export function dnsDoor(options: DnsHookOptions): ChallengeDoor {
  return {
    type: 'dns-01',
    publish: async (proofs, { signal }) => {
      for (const proof of proofs) await runHook('add', proof, options, signal);
      await pause(options.waitMs, undefined, { signal });
    },
    // Also when what it was published for was given up; whoever goes on with the order does it again.
    withdraw: async (proofs, { signal }) => {
      const timeoutMs = signal.aborted ? lastTimeoutMs : options.timeoutMs;
      for (const proof of proofs) await runHook('remove', proof, { ...options, timeoutMs });
    },
  };
}

/** Without a shell, in a process group of its own, which is killed whole. */
async function runHook(verb: 'add' | 'remove', proof: Proof, options: DnsHookOptions, signal?: AbortSignal): Promise<void> {
  const { program, timeoutMs, logger } = options;
  const name = `_acme-challenge.${proof.name}`;
  const limit = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]);
  const child = spawn(program, [verb, name, recordValue(proof.keyAuthorization)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-mostOutput);
    });
  }
  const ended = Promise.withResolvers<string>();
  child.once('error', (error) => ended.resolve(error.message));
  // When it has closed its output too; what it left in the background and holds that open is ended with it.
  child.once('close', (code, by) => ended.resolve(code === 0 ? '' : by === null ? `exit code ${code}` : `ended by ${by}`));
  const end = () => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  limit.addEventListener('abort', end, { once: true });
  const failure = await ended.promise;
  limit.removeEventListener('abort', end);
  signal?.throwIfAborted();
  logger.info('The DNS hook ended.', { verb, record: name, ...(failure === '' ? {} : { failure }), ...(output === '' ? {} : { output }) });
  if (failure === '') return;
  const reason = limit.aborted ? `it took longer than ${timeoutMs / 1000} s` : failure;
  throw new AcmeError('hook', `The program of tls.acme.dnsHook failed to ${verb} the record ${name}: ${reason}. Its output is in the log.`);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
