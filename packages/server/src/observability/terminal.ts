/** Says an English text in the language of whoever is at the terminal; what is not known there stays English. */
export type Say = (english: string) => string;

let say: Say = (english) => english;

/** From now on people are spoken to like this. A process has one terminal, and whoever is at it one language. */
export function speakLike(own: Say): void {
  say = own;
}

/** Answers of commands for programs: one line to standard output, as it is. */
export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** A text in the language of whoever is at the terminal. */
export const spoken: Say = (english) => say(english);

/** Answers of commands for people: one line to standard output, in their language. */
export function tell(text: string): void {
  printLine(spoken(text));
}

/** What went wrong in a command: one line to standard error, in the language of people. */
export function tellProblem(text: string): void {
  printProblem(spoken(text));
}

/** The same of a text that is in their language already, or in nobody's: a part of it could be taken for another text. */
export function printProblem(text: string): void {
  process.stderr.write(`${text}\n`);
}
