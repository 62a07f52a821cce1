import type { Command } from './command.ts';

/** The command whose words the line begins with; the longest, where one is the beginning of another. */
export function findCommand(words: readonly string[], commands: readonly Command[]): Command | undefined {
  const fitting = commands.filter(({ name }) => name.split(' ').every((word, at) => words[at] === word));
  return fitting.toSorted((a, b) => b.name.length - a.name.length)[0];
}

/** The commands of a noun, the one that is the noun itself among them. */
export function commandsOfNoun(noun: string, commands: readonly Command[]): readonly Command[] {
  return commands.filter(({ name }) => name === noun || name.startsWith(`${noun} `));
}
