import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Descriptor {
  readonly digest: string;
}

interface Manifest {
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
  readonly manifests?: readonly Descriptor[];
}

/** The digest of the only image or index that an OCI layout names. */
export async function layoutDigest(layout: string): Promise<string> {
  const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as Manifest;
  const [only, ...others] = index.manifests ?? [];
  assert.ok(only !== undefined && others.length === 0, `${layout} names ${index.manifests?.length ?? 0} manifests`);
  return only.digest;
}

/** Every blob and manifest that is reachable from `digest`, each read and found to have the digest that it is named by. */
export async function layoutContent(layout: string, digest: string): Promise<string[]> {
  const found = new Set<string>();
  const visit = async (current: string, isManifest: boolean): Promise<void> => {
    if (found.has(current)) return;
    const bytes = await readFile(join(layout, 'blobs', current.replace(':', '/')));
    assert.equal(sha256(bytes), current, `${layout} holds other bytes than ${current}`);
    found.add(current);
    if (!isManifest) return;
    const manifest = JSON.parse(bytes.toString()) as Manifest;
    for (const child of manifest.manifests ?? []) await visit(child.digest, true);
    for (const blob of [manifest.config, ...(manifest.layers ?? [])]) if (blob !== undefined) await visit(blob.digest, false);
  };
  await visit(digest, true);
  return [...found].toSorted();
}

/** Fails unless `pulled` names what `pushed` names and holds the very same bytes, all of them. */
export async function assertSameLayout(pulled: string, pushed: string): Promise<void> {
  const digest = await layoutDigest(pushed);
  assert.equal(await layoutDigest(pulled), digest);
  const content = await layoutContent(pushed, digest);
  assert.deepEqual(await layoutContent(pulled, digest), content);
  const files = await readdir(join(pulled, 'blobs', 'sha256'));
  assert.equal(files.length, content.length, `${pulled} holds blobs that nothing refers to`);
}

/** The digest of some bytes, as registries write it. */
export function sha256(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
