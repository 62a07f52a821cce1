import type { Surroundings } from '../../command.ts';
import { writeText } from '../../output/text.ts';

/** How two texts differ, as the API answers it. */
export interface TextDifference {
  readonly kind: string;
  readonly patch?: string;
}

const reasons: Readonly<Record<string, string>> = {
  binary: 'This is no text: its content differs.',
  'too-large': 'This file is larger than 1 MiB: too large for a comparison of its lines.',
  'too-different': 'The texts have too little in common for a comparison of their lines.',
};
const colours: Readonly<Record<string, string>> = { '+': '\u001b[32m', '-': '\u001b[31m', '@': '\u001b[36m' };

/** Writes how a text differs: on a terminal to be read, otherwise as programs take a patch. Why there is none, to stderr. */
export async function writePatch({ kind, patch }: TextDifference, surroundings: Surroundings): Promise<void> {
  if (patch === undefined) return surroundings.output.err(reasons[kind] ?? kind);
  await writeText(patch, surroundings, (line) => colours[line[0] ?? '']);
}
