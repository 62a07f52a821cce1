/** What a rule keeps of the tags that match it. */
export type Keep =
  | { readonly kind: 'all' }
  /** The last so many that were pushed. */
  | { readonly kind: 'newest'; readonly count: number }
  | { readonly kind: 'pushedWithin'; readonly days: number }
  | { readonly kind: 'pulledWithin'; readonly days: number }
  /** The highest so many versions of each major or minor version; tags that are no versions are not kept by it. */
  | { readonly kind: 'semver'; readonly count: number; readonly per: 'major' | 'minor'; readonly prereleases: boolean };

/** A rule of a retention policy. */
export interface RetentionRule {
  /** Repositories below the project, as role bindings name them. */
  readonly repositories: string;
  /** A tag must match one of these, with `*` and `?`. */
  readonly include: readonly string[];
  /** And none of these. */
  readonly exclude: readonly string[];
  readonly keep: Keep;
}
