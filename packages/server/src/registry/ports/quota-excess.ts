/** What a project can have too much of: stored bytes or tags. */
export type QuotaKind = 'bytes' | 'tags';

/** What quotas refuse: pushes and promotions for want of bytes or tags, and pulls beyond those of a day. */
export const quotaRefusals = ['bytes', 'tags', 'pulls'] as const;
export type QuotaRefusal = (typeof quotaRefusals)[number];

/** A change that does not fit. Nothing of it was stored. */
export interface QuotaExcess {
  readonly project: string;
  readonly kind: QuotaKind;
  /** What the project has now; with `reserved`, bytes of its unfinished uploads. */
  readonly used: number;
  readonly reserved: number;
  readonly limit: number;
  /** How much more the change needs. */
  readonly needed: number;
}

/** How a command answers that a limit of the project refuses it. */
export interface QuotaExceeded {
  readonly outcome: 'quota-exceeded';
  readonly excess: QuotaExcess;
}
