import type { Surroundings } from '../command.ts';
import { languageOf } from '../language.ts';

/** Surroundings that say to people, on stderr and in questions, what they are given in English in the language of the environment. */
export async function inLanguage(surroundings: Surroundings): Promise<Surroundings> {
  if (languageOf(surroundings) === 'en') return surroundings;
  const { sayInChinese: say } = await import('./say-in-chinese.ts');
  const { output, terminal } = surroundings;
  return {
    ...surroundings,
    say,
    output: { ...output, err: (line) => output.err(say(line)) },
    terminal: { ...terminal, ask: (question, options) => terminal.ask(say(question), options) },
  };
}
