/** Answers of commands, for people and pipes: one line to standard output. */
export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** What went wrong in a command: one line to standard error. */
export function printProblem(text: string): void {
  process.stderr.write(`${text}\n`);
}
