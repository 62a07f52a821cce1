/** Why a rule keeps a tag as it is. */
export interface TagRefusal {
  readonly outcome: 'tag-immutable' | 'tag-protected';
  readonly tag: string;
  readonly rule: { readonly id: number; readonly repositories: string; readonly tags: string; readonly roles: readonly string[] };
}
