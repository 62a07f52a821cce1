import { readFile } from 'node:fs/promises';

/** A piece of a guide that readers copy. */
export interface GuideBlock {
  /** What stands behind its first fence: `yaml`, `sh`, ... */
  readonly language: string;
  readonly text: string;
}

/** The blocks of docs/guides/`name` in their order. */
export async function guideBlocks(name: string): Promise<GuideBlock[]> {
  const guide = await readFile(new URL(`../../docs/guides/${name}`, import.meta.url), 'utf8');
  return [...guide.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({ language, text }));
}

/** A block without its comments, which are translated. */
export function withoutComments(text: string): string {
  return text.replaceAll(/^ *#.*\n| +#.*$/gm, '');
}

/** A block for this machine: each of the names in it, which must be there, becomes another. */
export function localised(text: string, names: Readonly<Record<string, string>>): string {
  let changed = text;
  for (const [name, own] of Object.entries(names)) {
    if (!changed.includes(name)) throw new Error(`not there: ${name}\n${text}`);
    changed = changed.replaceAll(name, own);
  }
  return changed;
}
