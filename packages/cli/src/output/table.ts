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

/** Lines of columns: the widths are those of the first rows (a page of a long list), so that later rows need not be waited for. */
export function tableOf(headings: readonly string[], first: readonly (readonly string[])[]) {
  const widths = headings.map((heading, at) => Math.max(widthOf(heading), ...first.map((row) => widthOf(row[at] ?? ''))));
  return {
    line: (cells: readonly string[]): string =>
      cells
        .map((cell, at) => (at === cells.length - 1 ? cell : cell + ' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(cell)))))
        .join('  ')
        .trimEnd(),
  };
}

/** `sizeBytes` as a heading: `SIZE`; `createdAt`: `CREATED`; `subject.name`: `NAME`. */
export function headingOf(path: string): string {
  const name = path.split('.').at(-1) ?? path;
  return (name.replace(/(?<=.)(Bytes|At)$/, '') || name).replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toUpperCase();
}
