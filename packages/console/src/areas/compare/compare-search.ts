import { type ImageName, imageText, parseImageText } from '../../api/image-name.ts';

/** The parts of a result. */
export const compareTabs = ['summary', 'files', 'config', 'packages', 'layers'] as const;
/** What becomes of files. */
export const fileChanges = ['added', 'removed', 'changed'] as const;

/** Which part of the result is shown. */
export interface ResultView {
  readonly tab?: (typeof compareTabs)[number];
  /** Of files: only those with this change, and with paths that begin so. */
  readonly change?: (typeof fileChanges)[number];
  readonly prefix?: string;
  /** The file whose difference is shown. */
  readonly file?: string;
}

/** What the address of a comparison says: both images, as far as they are chosen, and what of the result is shown. */
export interface CompareSearch extends ResultView {
  /** As `imageText` writes it. */
  readonly from?: string;
  readonly fromPlatform?: string;
  readonly to?: string;
  readonly toPlatform?: string;
  /** The comparison was cancelled: it is not begun again by looking at it. */
  readonly cancelled?: true;
}

/** One side, as far as it is chosen. */
export interface ChosenSide extends ImageName {
  readonly platform?: string;
}

/** Takes an address as it comes: what does not fit is left out. */
export function compareSearch(search: Record<string, unknown>): CompareSearch {
  const tab = compareTabs.find((one) => one === search['tab']);
  const change = fileChanges.find((one) => one === search['change']);
  const texts = ['from', 'fromPlatform', 'to', 'toPlatform', 'prefix', 'file'].flatMap((name) => {
    const value = search[name];
    // What looks like a number is read as one where somebody wrote the address.
    const text = typeof value === 'number' ? String(value) : value;
    return typeof text === 'string' && text !== '' ? [[name, text] as const] : [];
  });
  const isCancelled = search['cancelled'] === true;
  return {
    ...Object.fromEntries(texts),
    ...(tab !== undefined && { tab }),
    ...(change !== undefined && { change }),
    ...(isCancelled && { cancelled: true }),
  };
}

/** What an address chooses on its two sides; undefined: nothing. */
export function sidesIn({ from, fromPlatform, to, toPlatform }: CompareSearch) {
  return { from: sideIn(from, fromPlatform), to: sideIn(to, toPlatform) };
}

function sideIn(text = '', platform: string | undefined): ChosenSide | undefined {
  const name = parseImageText(text);
  return name && { ...name, ...(platform !== undefined && { platform }) };
}

/** How an address chooses these. */
export function searchOf({ from, to }: { from: ChosenSide | undefined; to: ChosenSide | undefined }): CompareSearch {
  return {
    ...(from !== undefined && { from: imageText(from) }),
    ...(from?.platform !== undefined && { fromPlatform: from.platform }),
    ...(to !== undefined && { to: imageText(to) }),
    ...(to?.platform !== undefined && { toPlatform: to.platform }),
  };
}
