/** What lines of a unified diff are. */
export type LineKind = 'place' | 'same' | 'added' | 'removed' | 'note';

/** Lines of one kind that follow each other. */
export interface LineGroup {
  readonly kind: LineKind;
  /** With the signs before them. */
  readonly text: string;
}

/** A part of the two texts that differs, with what surrounds it. */
export interface Hunk {
  readonly groups: readonly LineGroup[];
  readonly lines: number;
}

const kinds: Readonly<Record<string, LineKind>> = { '@': 'place', '+': 'added', '-': 'removed', ' ': 'same', '\\': 'note' };

/** The hunks of a unified diff of one file, without the names at its head. */
export function hunksOf(patch: string): readonly Hunk[] {
  const hunks: { groups: { kind: LineKind; lines: string[] }[]; lines: number }[] = [];
  const lines = patch.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) {
    const kind = kinds[line[0] ?? ' '] ?? 'note';
    if (kind === 'place') hunks.push({ groups: [], lines: 0 });
    const hunk = hunks.at(-1);
    if (hunk === undefined) continue;
    hunk.lines += 1;
    const group = hunk.groups.at(-1);
    if (group?.kind === kind) group.lines.push(line);
    else hunk.groups.push({ kind, lines: [line] });
  }
  return hunks.map((hunk) => ({
    lines: hunk.lines,
    groups: hunk.groups.map((group) => ({ kind: group.kind, text: group.lines.join('\n') })),
  }));
}
