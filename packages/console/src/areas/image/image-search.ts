/** The parts of an image's page. */
export const imageTabs = ['overview', 'layers', 'history', 'config', 'files', 'manifest', 'referrers', 'promotion'] as const;

/** What the address of an image's page says besides. */
export interface ImageSearch {
  readonly tab?: (typeof imageTabs)[number];
  /** Which image of an index is shown: `linux/arm64`. */
  readonly platform?: string;
  /** The layer whose files are shown; of the whole image without. */
  readonly layer?: string;
  /** The directory that is shown. */
  readonly path?: string;
  /** The file of it that is shown. */
  readonly file?: string;
}

/** Takes an address as it comes: what does not fit is left out. */
export function imageSearch(search: Record<string, unknown>): ImageSearch {
  const tab = imageTabs.find((one) => one === search['tab']);
  const texts = ['platform', 'layer', 'path', 'file'].flatMap((name) => {
    const value = search[name];
    return typeof value === 'string' && value !== '' ? [[name, value] as const] : [];
  });
  return { ...Object.fromEntries(texts), ...(tab !== undefined && { tab }) };
}
