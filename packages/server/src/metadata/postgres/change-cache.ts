import { setTimeout as delay } from 'node:timers/promises';
import type { Digest } from '@longshore/oci';
import type { Logger } from '../../registry/ports/logger.ts';
import type { MetadataStore } from '../../registry/ports/metadata-store.ts';
import type { CommandInput, CommandName, CommandOutput, Execute } from '../commands/index.ts';
import type { SqlSession } from '../sql-session.ts';
import { ChangeListener } from './change-listener.ts';
import type { GuardedPool } from './guarded-pool.ts';
import type { KnownAnswersFigures } from './known-answers.ts';
import { KnownAnswers } from './known-answers.ts';
import { knownReads } from './known-reads.ts';
import { findHost, noLongerThan, type PostgresHosts } from './postgres-hosts.ts';
import { connectListener, listenerMs } from './postgres-pool.ts';
import { SizedMap } from './sized-map.ts';
import { findTaggedIn } from './tagged-manifest.ts';

export interface ChangeCacheFigures extends KnownAnswersFigures {
  /** Whether changes are heard now. */
  readonly isFresh: boolean;
  /** Changes that were heard. */
  readonly changes: number;
}

/** What is known of a database, for as long as it is heard what changes in it. */
export interface ChangeCache {
  /** The same commands; after one that may take something away nothing is known until that was heard too. */
  noting(execute: Execute): Execute;
  /** The reads that need not always ask. */
  reads(store: MetadataStore, sql: SqlSession): Partial<MetadataStore>;
  figures(): ChangeCacheFigures;
  close(): Promise<void>;
}

/** Commands that take nothing away that a cached answer may be about. Every other is noted. */
const adding: ReadonlySet<CommandName> = new Set<CommandName>([
  'acquireLease',
  'addDeliveries',
  'addDelivery',
  'addSigningKey',
  'advanceUpload',
  'appendAudit',
  'cancelUpload',
  'claimEvents',
  'claimTurns',
  'claimUpload',
  'clearLoginFailures',
  'commitBlob',
  'commitManifest',
  'createAccessToken',
  'createRobotTrust',
  'createUser',
  'deleteExpiredSigningKeys',
  'deleteTag',
  'emptyWebhook',
  'finishEvents',
  'finishForwarding',
  'holdForwarding',
  'leaseContent',
  'mountBlob',
  'noteAccessTokenUse',
  'noteLoginFailure',
  'noteTrustUse',
  'notePulls',
  'noteQuotaExceeded',
  'placeCopy',
  'postponeEvents',
  'probe',
  'recordEvent',
  'releaseContent',
  'registerStores',
  'releaseLease',
  'removeAudit',
  'removeDeliveries',
  'removePromotions',
  'reserveUpload',
  'takeLoginTry',
  'setQuota',
  'setQuotaDefaults',
  'removeExpiredUpload',
  'renewBlob',
  'renewCopies',
  'setAuditSinks',
  'settleTurn',
  'startUpload',
]);

/** Those after which a client may ask another replica in the next moment, and expect that it knows: of what is gone, and of who listens. */
const awaited: ReadonlySet<CommandName> = new Set<CommandName>([
  'createWebhook',
  'deleteBlob',
  'deleteManifest',
  'deleteRepository',
  'deleteTenant',
]);
/** Every replica that is well has heard of a change by then; the others rely on nothing after a second. */
const heardMs = 50;

/** Begins to listen at the first read. Of `mostBytes` half is for bytes of manifests, a quarter for answers, the rest for tags. */
export function openChangeCache(deps: { hosts: PostgresHosts; pool: GuardedPool; logger: Logger; mostBytes: number }): ChangeCache {
  const { hosts, pool, logger, mostBytes } = deps;
  let changes = 0;
  const answers: KnownAnswers = new KnownAnswers({ isFresh: () => listener.isFresh() }, mostBytes / 4);
  const contents = new SizedMap<Uint8Array>(mostBytes / 2);
  const guesses = new SizedMap<Digest>(mostBytes / 4);
  const listener = new ChangeListener({
    connect: async () => connectListener(await findHost(hosts, noLongerThan(listenerMs, 'another attempt follows'))),
    notify: async (channel) => void (await pool.query({ text: "select pg_notify($1, '')", values: [channel] })),
    logger,
    onChange: (subject) => {
      changes += 1;
      if (subject === '*') answers.forgetAll();
      else answers.forget(subject);
    },
    onListening: () => answers.forgetAll(),
  });
  return {
    noting:
      (execute) =>
      async <N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutput<N>> => {
        if (adding.has(name)) return execute(name, input);
        // Also when it failed: nobody knows whether a commit whose answer was lost took place.
        const output = await execute(name, input).finally(() => listener.noteOwnChange());
        if (awaited.has(name)) await delay(heardMs);
        return output;
      },
    reads: (store, sql) => knownReads(store, findTaggedIn(sql), { answers, contents, guesses }),
    figures: () => ({
      ...answers.figures(),
      bytes: answers.figures().bytes + contents.bytes + guesses.bytes,
      isFresh: listener.isFresh(),
      changes,
    }),
    close: () => listener.close(),
  };
}
