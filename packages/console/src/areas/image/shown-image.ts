import type { components } from '@longshore/api-client';
import type { IndexEntry, ManifestContent } from '../../api/manifest-content.ts';

/** What the page is about: the manifest of its reference, and the image that is shown, which is one of those that it lists where it is an index. */
export interface ShownImage {
  readonly repository: string;
  /** The first part of its name. */
  readonly project: string;
  readonly reference: string;
  readonly manifest: components['schemas']['ManifestDetail'];
  readonly root: ManifestContent;
  /** Of the image that is shown. */
  readonly digest: string;
  /** Of the image that is shown; undefined while it is loaded. */
  readonly content: ManifestContent | undefined;
  /** Undefined where there is one image only. */
  readonly platform: string | undefined;
}

/** The entry of an index that is shown: of the platform that is asked for, else of the one that most people have, else the first. */
export function chooseEntry(entries: readonly IndexEntry[], platform: string | undefined): IndexEntry | undefined {
  const wanted = [platform, 'linux/amd64'];
  const chosen = wanted.map((name) => entries.find((entry) => name !== undefined && entry.platform === name));
  return chosen[0] ?? chosen[1] ?? entries.find((entry) => entry.platform !== undefined) ?? entries[0];
}
