import { runProgram } from '../test/tools/run-program.ts';
import { type ClientJob, runClient } from './client-job.ts';
import { taggedRepository } from './content-size.ts';
import { movingManifests } from './fixture.ts';
import { type Figure, type Row, type Subject, withProcessorTime } from './row.ts';

/** What is counted. */
export interface Unit {
  readonly perSecond: string;
  /** Of the processor time for each. */
  readonly each: string;
}

const many = (things: string): Unit => ({ perSecond: `${things}/s`, each: 'ms each' });

/** Writes; everything is on the disk before and after it, so that nobody waits for what others left unwritten. */
export async function writes(name: string, unit: Unit, { server }: Subject, job: ClientJob): Promise<Figure[]> {
  await runProgram('sync', []);
  const [outcome, used] = await withProcessorTime(server, () => runClient(job));
  await runProgram('sync', []);
  return figuresOf(name, unit, outcome, used);
}

/** What a client says of its writes. */
interface Written {
  readonly count: number;
  readonly seconds: number;
  readonly processorSeconds: number;
}

/** `used`: the server's processor time in seconds, where it can be known. */
export function figuresOf(name: string, unit: Unit, { count, seconds, processorSeconds }: Written, used: number | undefined): Figure[] {
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

function tagPut(subject: Subject, seconds: number): Promise<Figure[]> {
  const { server, fixture, size } = subject;
  const manifests = fixture.manifests.slice(0, movingManifests).map(({ bytes }) => bytes.toString());
  const tags = { repository: taggedRepository, tagCount: size.tagsInOne, manifests };
  const job: ClientJob = { kind: 'tags', origin: server.url, clients: 8, seconds, ...tags };
  return writes('tag PUT in the repository of most tags, 8 clients', many('tags'), subject, job);
}

/** Everything that writes small things. */
export const writeRows = {
  push: { id: 'push', measure: push },
  tagPut: { id: 'tag-put', measure: tagPut },
} satisfies Record<string, Row>;
