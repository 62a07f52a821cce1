import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contender } from './contender.ts';
import { manifestType } from './content.ts';
import { type Fixture, movingManifests, repository, tagName } from './fixture.ts';
import { processorSeconds, residentMegabytes, takePeakMegabytes } from './process-usage.ts';
import type { RunningServer } from './server-process.ts';
import { writeRate } from './write-job.ts';
import { readWithWrk } from './wrk.ts';

/** A contender under measurement, loaded with the fixture. */
export interface Subject {
  readonly contender: Contender;
  readonly server: RunningServer;
  readonly fixture: Fixture;
  /** A folder of its own for servers that a row starts. */
  readonly directory: string;
}

/** One figure of one round. */
export interface Figure {
  readonly name: string;
  readonly better: 'more' | 'less';
  /** `undefined` where the contender has no such thing. */
  readonly value: number | undefined;
}

/** One measurement, which `--only` names; it may bring several lines of the table. */
export interface Row {
  readonly id: string;
  measure(subject: Subject, seconds: number): Promise<Figure[]>;
}

/** Connections of every load of small answers. */
const readers = 32;
const more = (name: string, value: number | undefined): Figure => ({ name, better: 'more', value });
const less = (name: string, value: number | undefined): Figure => ({ name, better: 'less', value });
const address = ({ server }: Subject, path: string): string => `${server.url}/v2/${repository}/${path}`;

async function manifestByTag(subject: Subject, seconds: number): Promise<Figure[]> {
  const { pid } = subject.server;
  const before = pid === undefined ? 0 : processorSeconds(pid);
  const load = await readWithWrk(address(subject, `manifests/${tagName(1)}`), { connections: readers, seconds, accept: manifestType });
  const used = pid === undefined ? undefined : processorSeconds(pid) - before;
  return [
    more('manifest GET by tag, requests/s', load.requestsPerSecond),
    less('manifest GET by tag, server CPU us each', used && (used * 1e6) / load.requests),
  ];
}

/** A row of one address under wrk; `undefined` where the contender does not serve the address at all. */
function reads(id: string, name: string, path: (fixture: Fixture) => string): Row {
  return {
    id,
    async measure(subject, seconds) {
      const url = address(subject, path(subject.fixture));
      const answer = await fetch(url);
      await answer.arrayBuffer();
      if (answer.status === 404) return [more(name, undefined)];
      return [more(name, (await readWithWrk(url, { connections: readers, seconds })).requestsPerSecond)];
    },
  };
}

async function largeBlob(subject: Subject, seconds: number): Promise<Figure[]> {
  const url = address(subject, `blobs/${subject.fixture.largeBlob.digest}`);
  const figures: Figure[] = [];
  for (const connections of [1, 8]) {
    const load = await readWithWrk(url, { connections, seconds });
    figures.push(more(`blob of 95 MiB, MiB/s, ${connections} connection${connections === 1 ? '' : 's'}`, load.mebibytesPerSecond));
  }
  return figures;
}

async function push({ server }: Subject, seconds: number): Promise<Figure[]> {
  const rate = await writeRate({ kind: 'images', origin: server.url, clients: 8, seconds, layerBytes: 10_240 });
  return [more('push of small images, images/s, 8 clients', rate)];
}

async function upload({ server }: Subject): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const clients of [1, 4]) {
    const rate = await writeRate({ kind: 'blobs', origin: server.url, clients, mebibytes: 256 });
    figures.push(more(`upload of 256 MiB, MiB/s, ${clients} stream${clients === 1 ? '' : 's'}`, rate));
  }
  return figures;
}

async function tagPut({ server, fixture }: Subject, seconds: number): Promise<Figure[]> {
  const manifests = fixture.manifests.slice(0, movingManifests).map(({ bytes }) => bytes.toString());
  const rate = await writeRate({ kind: 'tags', origin: server.url, clients: 8, seconds, manifests });
  return [more('tag PUT/s at 3,000 tags, 8 clients', rate)];
}

/** The most memory that the server took under everything measured since the last round. */
async function memory({ server }: Subject): Promise<Figure[]> {
  return [less('resident memory under load (peak), MB', server.pid && takePeakMegabytes(server.pid))];
}

/** A start with an initialised, empty folder; the first one, which initialises it, does not count. */
async function start({ contender, directory }: Subject): Promise<Figure[]> {
  const names = ['start to first answer, ms', 'resident memory idle, MB'] as const;
  if (!contender.local) return names.map((name) => less(name, undefined));
  const empty = join(directory, 'start');
  if ((await mkdir(empty, { recursive: true })) !== undefined) await (await contender.start(empty)).stop();
  const server = await contender.start(empty);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const resident = server.pid && residentMegabytes(server.pid);
  await server.stop();
  return [less(names[0], server.firstAnswerMs), less(names[1], resident)];
}

/** Everything that is measured, in order: the peak of memory comes after the loads. */
export const rows: readonly Row[] = [
  { id: 'manifest', measure: manifestByTag },
  reads('small-blob', 'blob of 64 KiB, requests/s', ({ smallBlob }) => `blobs/${smallBlob.digest}`),
  { id: 'large-blob', measure: largeBlob },
  { id: 'push', measure: push },
  { id: 'upload', measure: upload },
  { id: 'tag-put', measure: tagPut },
  reads('tags-list', 'tags/list?n=100 of 3,000 tags, requests/s', () => 'tags/list?n=100'),
  reads('referrers', 'referrers (10 of them), requests/s', ({ subject }) => `referrers/${subject}`),
  { id: 'memory', measure: memory },
  { id: 'start', measure: start },
];
