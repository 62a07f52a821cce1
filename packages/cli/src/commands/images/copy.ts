import { type Digest, formatImageReference, requireTag, type Tag } from '@longshore/oci';
import type { FetchedManifest } from '@longshore/oci/client';
import { type Command, type CommandInput, type Flag, type Surroundings, UsageError } from '../../command.ts';
import { type Connection, registryClientOf } from '../../connection/connect.ts';
import { patientFetch } from '../../connection/patient-fetch.ts';
import { outputFlag, serverFlag } from '../../flags.ts';
import { putAttached } from '../../images/copy/attached-tags.ts';
import { type CopiedBytes, copyBlobs } from '../../images/copy/copy-blobs.ts';
import { type ImageContent, readImageContent } from '../../images/copy/image-content.ts';
import { parsed } from '../../images/copy/parsed.ts';
import type { Place } from '../../images/copy/place.ts';
import { type ImageTarget, imageTarget, manifestOf } from '../../images/image-target.ts';
import { entryFor } from '../../images/platform-entry.ts';
import { readableSize } from '../../output/readable-value.ts';
import { formatOf, writeThing } from '../../output/results.ts';
import { progressLine } from '../../terminal/progress-line.ts';
import { platformFlag } from './platform-flag.ts';

const referrersFlag: Flag = {
  name: 'referrers',
  summary: 'With everything that refers to it, also by the tags of cosign: signatures, SBOMs, attestations',
};
const redrawMs = 100;

/** Where it is copied to; without a tag it is reached by its digest alone. */
interface CopyTarget extends Place {
  readonly connection: Connection;
  readonly tag: Tag | undefined;
}

/** `longshore image copy`: an image, or an index with all its images, from any registry to any. */
export const copyImage: Command = {
  name: 'image copy',
  summary: 'Copies an image, with all its platforms unless one is named, between repositories of any registries',
  takes: [{ name: 'FROM' }, { name: 'TO' }],
  flags: [platformFlag, referrersFlag, outputFlag, serverFlag],
  examples: [
    'longshore image copy docker.io/library/nginx:1.27 team/nginx:1.27',
    'longshore image copy team/app:1.0 registry.example/team/app --referrers',
    'longshore image copy team/app:1.0 team/app:stable --platform linux/amd64',
  ],
  operations: [],
  anyRegistry: true,
  async run(input, surroundings) {
    const signal = surroundings.terminal.interruption();
    const own = { ...surroundings, fetch: patientFetch(surroundings.fetch, signal) };
    const source = await imageTarget(input.words[0] ?? '', input, own);
    const target = await copyTarget(input, source, own);
    const from: Place = { client: registryClientOf(source.connection), name: source.name };
    const top = await readTop(source, from, input.one('platform'));
    const content = await readImageContent(from, top, { referrers: input.has('referrers') });
    const image = formatImageReference({
      registry: target.connection.host,
      name: target.name,
      ...(target.tag === undefined ? { digest: top.digest } : { tag: target.tag }),
    });
    try {
      const isOneRegistry = source.connection.url === target.connection.url && from.name !== target.name;
      const bytes = await withProgress(content, surroundings, (moved) =>
        copyBlobs(content.blobs, { from, to: target, isOneRegistry, signal, moved }),
      );
      await putManifests(content, top.digest, target, surroundings);
      writeResult(image, top, content, bytes, input, surroundings);
      return 0;
    } finally {
      if (signal.aborted) surroundings.output.err(`Nothing became ${image}; the same command goes on with what is missing.`);
    }
  },
};

async function copyTarget(input: CommandInput, source: ImageTarget, surroundings: Surroundings): Promise<CopyTarget> {
  const { connection, name, tag = tagOf(source), digest } = await imageTarget(input.words[1] ?? '', input, surroundings);
  if (digest !== undefined) throw new UsageError('a copy has the digest of what is copied: name its repository, or a tag');
  return { connection, client: registryClientOf(connection), name, tag };
}

/** A copy is called as what is copied: by its tag, unless it was named by its digest alone. */
function tagOf({ tag, digest }: ImageTarget): Tag | undefined {
  return tag ?? (digest === undefined ? requireTag('latest') : undefined);
}

async function readTop(source: ImageTarget, { client, name }: Place, platform: string | undefined): Promise<FetchedManifest> {
  const top = await manifestOf(source, client);
  const manifest = parsed(top);
  return platform === undefined || manifest.kind !== 'index' ? top : client.getManifest(name, entryFor(source, manifest, platform).digest);
}

/** The image itself last: until then nothing is seen of it. */
async function putManifests(
  { manifests, attached }: ImageContent,
  top: Digest,
  target: CopyTarget,
  { output }: Surroundings,
): Promise<void> {
  const { client, name, tag } = target;
  const put = ({ digest, bytes, mediaType }: FetchedManifest, reference: Tag | Digest = digest) =>
    client.putManifest(name, reference, { bytes, mediaType });
  for (const manifest of manifests) if (manifest.digest !== top) await put(manifest);
  const byDigest = new Map(manifests.map((manifest) => [manifest.digest, manifest]));
  for (const [own, digest] of attached) {
    const manifest = byDigest.get(digest);
    if (manifest !== undefined && !(await putAttached(target, own, manifest)))
      output.err(`${name}:${own} holds others there, and was left as it is.`);
  }
  for (const manifest of manifests) if (manifest.digest === top) await put(manifest, tag);
}

async function withProgress<T>({ blobs }: ImageContent, { terminal }: Surroundings, run: (moved: (bytes: number) => void) => Promise<T>) {
  const total = blobs.reduce((sum, { size }) => sum + size, 0);
  const startedMs = Date.now();
  let [done, drawnMs] = [0, 0];
  try {
    return await run((bytes) => {
      done += bytes;
      if (!terminal.stderrIsTty || Date.now() - drawnMs < redrawMs) return;
      drawnMs = Date.now();
      const what = `image copy ${readableSize(done)} / ${readableSize(total)}`;
      terminal.redraw(progressLine(what, { done, total }, drawnMs - startedMs, terminal.columns));
    });
  } finally {
    if (terminal.stderrIsTty) terminal.redraw('');
  }
}

function writeResult(
  image: string,
  { digest, mediaType }: FetchedManifest,
  { manifests, blobs }: ImageContent,
  bytes: CopiedBytes,
  input: CommandInput,
  surroundings: Surroundings,
): void {
  const result = { image, digest, mediaType, manifests: manifests.length, blobs: blobs.length, ...bytes };
  writeThing(result, { named: 'digest' }, formatOf(input), surroundings);
}
