/** Why there can be no TLS, as a message for the administrator that lists everything that is wrong with its remedy. */
export class TlsProblem extends Error {
  override readonly name = 'TlsProblem';

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(
      problems.length === 1 ? problems[0] : ['TLS has several problems:', ...problems.map((problem) => `  ${problem}`)].join('\n'),
      options,
    );
  }
}
