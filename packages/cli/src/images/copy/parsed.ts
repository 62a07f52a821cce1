import { isManifestProblem, type ParsedManifest, parseManifest } from '@longshore/oci';
import type { FetchedManifest } from '@longshore/oci/client';

/** What a manifest says. Throws for one that cannot be read. */
export function parsed({ bytes, mediaType, digest }: FetchedManifest): ParsedManifest {
  const manifest = parseManifest(bytes, mediaType);
  if (isManifestProblem(manifest)) throw new Error(`the manifest ${digest} cannot be read: ${manifest.problem}`);
  return manifest;
}
