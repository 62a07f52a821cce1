import type { HistoryEntry } from './image-config.ts';

/** An entry of the history as a line of a Dockerfile, and the layer that it made. */
export interface HistoryStep<L> extends HistoryEntry {
  readonly instruction: string;
  readonly layer: L | undefined;
}

/** The history as the steps of a build. Layers are known only when there are as many as the history says. */
export function stepsOf<L>(history: readonly HistoryEntry[], layers: readonly L[]): readonly HistoryStep<L>[] {
  const isWhole = history.filter(({ isEmptyLayer }) => !isEmptyLayer).length === layers.length;
  let made = 0;
  return history.map((entry) => {
    const layer = entry.isEmptyLayer || !isWhole ? undefined : layers[made++];
    return { ...entry, instruction: instructionOf(entry.createdBy), layer };
  });
}

/**
 * What stood in the Dockerfile, as far as builders let it be seen: classic ones write the command that they ran (`/bin/sh -c #(nop) CMD …`),
 * BuildKit the instruction with a note behind it. Whatever is of neither form stays.
 */
export function instructionOf(createdBy: string): string {
  const text = createdBy.replace(/ # buildkit$/, '').trim();
  const command = /^(RUN )?(?:\|\d+ .*?)?\/bin\/sh -c (.*)$/s.exec(text);
  if (command === null) return text;
  const [, , what = ''] = command;
  const nothing = /^#\(nop\)\s+(.*)$/s.exec(what);
  return nothing?.[1] === undefined ? `RUN ${what.trim()}` : nothing[1].trim();
}
