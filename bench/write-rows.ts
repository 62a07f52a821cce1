import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../test/tools/run-program.ts';
import { type ClientJob, runClient } from './client-job.ts';
import { taggedRepository } from './content-size.ts';
import { movingManifests } from './fixture.ts';
import { type Figure, type Row, type Subject, withProcessorTime } from './row.ts';

/** An upload takes a third of a second: once a round would be as much about what else the machine was doing. */
const uploadTimes = 3;

interface Unit {
  readonly perSecond: string;
  /** Of the processor time for each. */
  readonly each: string;
}

const many = (things: string): Unit => ({ perSecond: `${things}/s`, each: 'ms each' });

/** Writes; everything is on the disk before and after it, so that nobody waits for what others left unwritten. */
async function writes(name: string, unit: Unit, { server }: Subject, job: ClientJob): Promise<Figure[]> {
  await runProgram('sync', []);
  const [{ count, seconds, processorSeconds }, used] = await withProcessorTime(server, () => runClient(job));
  await runProgram('sync', []);
  const written = true;
  return [
    { name: `${name}, ${unit.perSecond}`, kind: 'rate', value: count / seconds, written },
    { name: `${name}, ${unit.each}`, kind: 'cost', value: used && (used * 1000) / count, written },
    { name: `${name}, ${unit.each}`, kind: 'client', value: (processorSeconds * 1000) / count },
  ];
}

function push(subject: Subject, seconds: number): Promise<Figure[]> {
  const job: ClientJob = { kind: 'images', origin: subject.server.url, clients: 8, seconds, layerBytes: 10_240 };
  return writes('push of small images, 8 clients', many('images'), subject, job);
}

async function upload(subject: Subject): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const clients of [1, 4]) {
    const name = `upload of 256 MiB, ${clients} stream${clients === 1 ? '' : 's'}`;
    const job: ClientJob = { kind: 'blobs', origin: subject.server.url, clients, mebibytes: 256 };
    for (let time = 0; time < uploadTimes; time++) {
      figures.push(...(await writes(name, { perSecond: 'MiB/s', each: 'ms for a MiB' }, subject, job)));
      await removeUploads(subject, job.mebibytes * 2 ** 20);
    }
  }
  return figures;
}

/**
 * Removes the files of all blobs of that size: nobody reads them again, and a run would write tens of gigabytes and fill the memory
 * with them.
 */
async function removeUploads({ directory }: Subject, bytes: number): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await stat(path)).size === bytes) await rm(path);
  }
}

function tagPut(subject: Subject, seconds: number): Promise<Figure[]> {
  const { server, fixture, size } = subject;
  const manifests = fixture.manifests.slice(0, movingManifests).map(({ bytes }) => bytes.toString());
  const tags = { repository: taggedRepository, tagCount: size.tagsInOne, manifests };
  const job: ClientJob = { kind: 'tags', origin: server.url, clients: 8, seconds, ...tags };
  return writes('tag PUT in the repository of most tags, 8 clients', many('tags'), subject, job);
}

/** Everything that writes. */
export const writeRows = {
  push: { id: 'push', measure: push },
  upload: { id: 'upload', measure: upload },
  tagPut: { id: 'tag-put', measure: tagPut },
} satisfies Record<string, Row>;
