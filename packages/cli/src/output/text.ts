import type { Surroundings } from '../command.ts';
import { printable } from './readable-value.ts';
import { isColoured } from './results.ts';

const plain = '\u001b[0m';

/**
 * Writes a text that came from a registry: on a terminal line by line, with nothing in it that steers that, otherwise byte for byte. `colourOf`
 * gives the escape before a line, where colours are wanted.
 */
export async function writeText(text: string, surroundings: Surroundings, colourOf?: (line: string) => string | undefined): Promise<void> {
  const { output, terminal } = surroundings;
  if (!terminal.stdoutIsTty) return terminal.write(new TextEncoder().encode(text));
  const isInColour = isColoured(surroundings);
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const shown = line.split('\t').map(printable).join('\t');
    const colour = isInColour ? colourOf?.(line) : undefined;
    output.out(colour === undefined ? shown : `${colour}${shown}${plain}`);
  }
}
