/** One thing that a check found: where, what is wrong, and what to do about it. */
export interface Finding {
  /** `packages/server/src/main.ts:12` */
  readonly where: string;
  readonly problem: string;
  readonly fix: string;
}

/** The finding as a person reads it. */
export function formatFinding({ where, problem, fix }: Finding): string {
  return `${where}: ${problem}\n    ${fix}`;
}
