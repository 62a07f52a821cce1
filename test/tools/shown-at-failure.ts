const mostLines = 40;
/** They would push everything else out. */
const wentWell = /"message":"request".*"status":[123]/;
/** Files of tests that kill their server again and again start hundreds; what failed has mostly to do with the last ones. */
const mostPrograms = 12;

const programs: { readonly title: string; readonly output: () => string }[] = [];

process.on('exit', (code) => {
  if (code === 0) return;
  for (const { title, output } of programs) {
    const lines = output()
      .trimEnd()
      .split('\n')
      .filter((line) => !wentWell.test(line));
    process.stderr.write(
      `Last lines of ${title}:\n${lines
        .slice(-mostLines)
        .map((line) => `  ${line}\n`)
        .join('')}`,
    );
  }
});

/**
 * When this file of tests fails, the last lines of what a program that it has started wrote (`output`), but for requests that went well, are written to standard error, since
 * nobody can look at the machine of a run that is over.
 */
export function showAtFailure(title: string, output: () => string): void {
  programs.push({ title, output });
  if (programs.length > mostPrograms) programs.shift();
}
