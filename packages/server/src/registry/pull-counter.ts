import type { Digest, RepositoryName, Tag } from '@longshore/oci';
import type { Logger } from './ports/logger.ts';
import type { PullAllowance, PullNotes, PullStore } from './ports/pull-store.ts';
import type { QuotaRefusal } from './ports/quota-excess.ts';
import { projectOf } from './project-name.ts';
import { ProjectPulls, type PullBalance } from './project-pulls.ts';
import { PullCounts } from './pull-counts.ts';
import { pullRefusal } from './quota-refusal.ts';
import { dayOf, endOf } from './utc-day.ts';

/** How long pulls are counted before they are noted: what a process that dies loses at most. */
const flushMs = 5000;
/** How soon a project is asked about of which nothing is known. */
const soonMs = 100;
/** Manifests, and tags, of which pulls are counted at once, and of which one transaction takes notes; what is beyond is not counted. */
const mostCounted = 20_000;
const mostNoted = 4096;

/** A transfer that is under way. */
export interface Serving {
  /** So many bytes were sent. */
  end(bytesSent: number): void;
}

export interface PullCounterDeps {
  readonly pulls: PullStore;
  readonly logger: Logger;
  readonly now: () => number;
  /** Told of each refusal. */
  readonly onQuotaRefusal: (refusal: QuotaRefusal) => void;
}

/**
 * Counts in memory what is pulled, and notes it every five seconds. Knows from the answers what each project may serve today: a pull
 * asks nobody. So every replica lets a project serve too much by what the others did since they last noted it, and by what came before
 * a replica has heard of the project for the first time.
 */
export class PullCounter {
  readonly #deps: PullCounterDeps;
  readonly #manifests = new PullCounts<Digest>(mostCounted);
  readonly #tags = new PullCounts<Tag>(mostCounted);
  readonly #projects: ProjectPulls;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #uncounted = 0;

  constructor(deps: PullCounterDeps) {
    this.#deps = deps;
    this.#projects = new ProjectPulls(deps.now);
  }

  /** Takes the last notes. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    await this.flush();
  }

  /** A manifest was served (1), or somebody was told what it is who may have it already (0). */
  count(repository: RepositoryName, digest: Digest, tag: Tag | undefined, pulls: 0 | 1): void {
    this.#takeNotes();
    const lastAt = this.#deps.now();
    if (!this.#manifests.add(repository, digest, pulls, lastAt)) this.#leaveOut();
    if (tag !== undefined && !this.#tags.add(repository, tag, pulls, lastAt)) this.#leaveOut();
    if (pulls > 0) this.#projects.countPull(projectOf(repository));
  }

  /** Counts bytes that are about to be sent; throws the refusal when the project may not serve so many today. */
  begin(repository: RepositoryName, bytes: number): Serving {
    this.#takeNotes();
    const project = projectOf(repository);
    const balance = this.#projects.find(project);
    if (balance === undefined) this.#flushSoon();
    else if (balance.limitBytes !== undefined && balance.usedBytes + bytes > balance.limitBytes)
      throw this.#refuse(project, balance, bytes);
    return this.#projects.begin(project, bytes);
  }

  /** Notes what has been counted. Never rejects: what could not be noted is noted the next time. */
  flush(): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#flushing = this.#flushing.then(() => this.#noteAll());
    return this.#flushing;
  }

  #refuse(project: string, { limitBytes, usedBytes }: PullBalance, needed: number): Error {
    const { now, onQuotaRefusal } = this.#deps;
    onQuotaRefusal('pulls');
    const at = now();
    return pullRefusal({
      project,
      limit: limitBytes ?? 0,
      used: usedBytes,
      needed,
      secondsLeft: Math.ceil((endOf(dayOf(at)) - at) / 1000),
    });
  }

  /** By the clock, from the first pull on. */
  #takeNotes(): void {
    this.#timer ??= setInterval(() => void this.flush(), flushMs).unref();
  }

  #flushSoon(): void {
    this.#soon ??= setTimeout(() => void this.flush(), soonMs).unref();
  }

  #leaveOut(): void {
    this.#uncounted += 1;
    this.#flushSoon();
  }

  async #noteAll(): Promise<void> {
    const { pulls, logger } = this.#deps;
    if (this.#uncounted > 0) logger.warn('More was pulled at once than is counted: some pulls are missing.', { pulls: this.#uncounted });
    this.#uncounted = 0;
    const [manifests, tags] = [this.#manifests.take(), this.#tags.take()];
    const today = dayOf(this.#deps.now());
    do {
      const batch = { manifests: manifests.splice(0, mostNoted), tags: tags.splice(0, mostNoted), projects: this.#projects.take() };
      const notes: PullNotes = {
        manifests: batch.manifests.map(({ of: digest, ...count }) => ({ ...count, digest })),
        tags: batch.tags.map(({ of: tag, ...count }) => ({ ...count, tag })),
        projects: batch.projects,
        today,
      };
      if (notes.manifests.length + notes.tags.length + notes.projects.length === 0) return;
      let allowances: readonly PullAllowance[];
      try {
        allowances = await pulls.notePulls(notes);
      } catch (cause) {
        logger.warn('Statistics of pulls could not be noted; they are kept and noted later.', { cause });
        for (const { repository, of, pulls: count, lastAt } of [...batch.manifests, ...manifests]) {
          if (!this.#manifests.add(repository, of, count, lastAt)) this.#leaveOut();
        }
        for (const { repository, of, pulls: count, lastAt } of [...batch.tags, ...tags]) {
          if (!this.#tags.add(repository, of, count, lastAt)) this.#leaveOut();
        }
        this.#projects.putBack(batch.projects);
        return;
      }
      this.#projects.noted(batch.projects, allowances, today);
    } while (manifests.length > 0 || tags.length > 0);
  }
}
