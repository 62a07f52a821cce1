import type { TestContext } from 'node:test';

const undoings = new WeakMap<TestContext, (() => unknown)[]>();

/** Undoes something when the test ends, the last thing first (`t.after` alone goes the other way). */
export function atEnd(t: TestContext, undo: () => unknown): void {
  const known = undoings.get(t);
  if (known !== undefined) {
    known.push(undo);
    return;
  }
  const all = [undo];
  undoings.set(t, all);
  t.after(async () => {
    for (const each of all.reverse()) await each();
  });
}
