/** Sorts after every character of a repository's name, and `beforeAll` before. */
const afterAll = '{';
const beforeAll = '!';

/** Names from `low` (inclusive) to `high` (exclusive), by byte value. */
export interface NameRange {
  readonly low: string;
  readonly high: string;
}

/** Every name that there can be. */
export const everyName: NameRange = { low: '', high: afterAll };

/** What every range of a project overlaps, so that whoever holds anything there covers it. */
export const anyName: NameRange = { low: afterAll, high: '' };

/** A project's own name, and everything below it. Names of other projects between them are told apart by the project. */
export function namesOfProject(project: string): NameRange {
  return { low: project, high: `${project}/${afterAll}` };
}

/** One name. */
export function onlyName(name: string): NameRange {
  return { low: name, high: `${name}${beforeAll}` };
}

const path = /^[a-z0-9][a-z0-9._/-]*$/;

/**
 * The names that a pattern covers, over the path below the project: `**` everything, also the repository of the project's own name; `a/b` that one;
 * `a/**` what is below `a/`; `a*` what begins so. Undefined for any other: each is one range in an index.
 */
export function rangeOfPattern(project: string, pattern: string): NameRange | undefined {
  if (pattern === '**') return namesOfProject(project);
  const start = pattern.endsWith('/**') ? pattern.slice(0, -2) : pattern.endsWith('*') ? pattern.slice(0, -1) : undefined;
  const fixed = start ?? pattern;
  if (!path.test(fixed) || fixed.includes('//') || fixed.length > 255) return undefined;
  const full = `${project}/${fixed}`;
  if (start !== undefined) return { low: full, high: `${full}${afterAll}` };
  return fixed.endsWith('/') ? undefined : onlyName(full);
}

/** The names that somebody bound to a pattern in a project gets; in every project (undefined) it is everything that they hold, or nothing. */
export function rangeOfBinding({ project, pattern }: { project: string | undefined; pattern: string }): NameRange | undefined {
  if (project !== undefined) return rangeOfPattern(project, pattern);
  return pattern === '**' ? everyName : undefined;
}
