import { runProgram } from '../test/tools/run-program.ts';
import { type ClientJob, runClient } from './client-job.ts';
import { taggedRepository } from './content-size.ts';
import { movingManifests } from './fixture.ts';
import { type Figure, type Row, type Subject, withProcessorTime } from './row.ts';

interface Unit {
  readonly perSecond: string;
  /** Of the processor time for each. */
  readonly each: string;
}

const many = (things: string): Unit => ({ perSecond: `${things}/s`, each: 'ms each' });

/** Writes, then has everything on the disk, so that the next contender does not wait for what this one left unwritten. */
async function writes(name: string, unit: Unit, { server }: Subject, job: ClientJob): Promise<Figure[]> {
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
    figures.push(...(await writes(name, { perSecond: 'MiB/s', each: 'ms for a MiB' }, subject, job)));
  }
  return figures;
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
