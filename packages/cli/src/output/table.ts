import { stripVTControlCharacters } from 'node:util';

/** How many columns of a terminal a text takes: wide characters (Chinese, Japanese, Korean, emoji) take two. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text))
    width += /\p{M}/u.test(character) ? 0 : isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
  return width;
}

// The ranges of Unicode's East Asian Width W and F that names and descriptions hold.
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}

/** The text, or its beginning with `…` behind it where it takes more columns than that. */
export function cutToWidth(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let [kept, width] = ['', 0];
  for (const character of text) {
    width += widthOf(character);
    if (width > columns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** A text with blanks behind it, up to a width in columns of a terminal. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

const gap = '  ';
const narrowest = 8;

/**
 * Lines of columns: the widths are those of the first rows (a page of a long list), so that later rows need not be waited for. Lines longer
 * than `most` are made to fit by cutting the widest columns.
 */
export function tableOf(headings: readonly string[], first: readonly (readonly string[])[], most = Number.POSITIVE_INFINITY) {
  const wanted = headings.map((heading, at) => Math.max(widthOf(heading), ...first.map((row) => widthOf(row[at] ?? ''))));
  const widths = fitted(wanted, most - gap.length * (headings.length - 1));
  const isCut = most < Number.POSITIVE_INFINITY;
  return {
    line: (cells: readonly string[]): string =>
      cells
        .map((cell, at) => {
          const width = widths[at] ?? 0;
          const shown = isCut ? cutToWidth(cell, width) : cell;
          return at === cells.length - 1 ? shown : padded(shown, width);
        })
        .join(gap)
        .trimEnd(),
  };
}

/** Takes from the widest column again and again; none gets narrower than a name can be told by. */
function fitted(wanted: readonly number[], most: number): number[] {
  const widths = [...wanted];
  let over = widths.reduce((sum, width) => sum + width, 0) - most;
  while (over > 0) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    const next = Math.max(narrowest, ...widths.filter((width) => width < widest));
    const at = widths.indexOf(widest);
    const taken = Math.min(over, widest === next ? 1 : widest - next);
    widths[at] = widest - taken;
    over -= taken;
  }
  return widths;
}

/** What is said above columns: where two would have the same heading, all of their paths: `storage.limitBytes` is `STORAGE LIMIT`. */
export function headingsOf(paths: readonly string[]): readonly string[] {
  const short = paths.map(headingOf);
  return paths.map((path, at) => {
    const heading = short[at] ?? '';
    return short.indexOf(heading) === short.lastIndexOf(heading) ? heading : path.split('.').map(headingOf).join(' ');
  });
}

/** `sizeBytes` as a heading: `SIZE`; `createdAt`: `CREATED`; `tagCount`: `TAGS`; `subject.name`: `NAME`. */
export function headingOf(path: string): string {
  const name = path.split('.').at(-1) ?? path;
  return name
    .replace(/(?<=.)(Bytes|At)$/, '')
    .replace(/(?<=.)Count$/, 's')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase();
}
