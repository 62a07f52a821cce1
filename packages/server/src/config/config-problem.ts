import { nearest } from './nearest.ts';

/** One thing that keeps the server from starting. */
export interface ConfigProblem {
  /** `longshore.yaml:12`, `LONGSHORE_WORKERS`, `--workers` */
  readonly source: string;
  /** What is wrong and what is accepted, in one sentence. Never contains a secret. */
  readonly message: string;
}

/** A value as some source gave it. */
export interface GivenValue {
  readonly value: unknown;
  readonly source: string;
}

/** What one source holds: values by the key of their setting, and what is wrong with the rest. */
export interface SourceContent {
  readonly values: Map<string, GivenValue>;
  readonly problems: ConfigProblem[];
  /** Where parts of a list stand in a file: `mirrorRepositories.0.name`. */
  readonly places?: ReadonlyMap<string, string>;
}

/** The end of an "unknown" message: the probable name, if there is one. */
export function didYouMean(text: string, candidates: Iterable<string>): string {
  const match = nearest(text, candidates);
  return match === undefined ? '' : `; did you mean ${match}?`;
}

/** The end of a message about a value that is wrong. Who writes a password into an address does not find it in the log, nor any other secret. */
export function describeGiven(value: unknown, isSecret = false): string {
  if (isSecret) return '; what was given is a secret';
  return `; given: ${JSON.stringify(value).replace(/\/\/[^/"]*@/g, '//***@')}`;
}

/** All problems, one a line, as printed before the process ends; `say`: in the language of whoever reads them. */
export function describeProblems(problems: readonly ConfigProblem[], say: (english: string) => string = (english) => english): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const lines = problems.map(({ source, message }) => `  ${source}: ${say(message)}`);
  return [say(`The configuration has ${count}:`), ...lines, say('Every setting: docs/reference/configuration.md'), ''].join('\n');
}
