/** A text in both languages of the documentation. */
export interface SettingText {
  readonly en: string;
  readonly zh: string;
}

/** What the schema says about a setting beyond its type; everything derived (reference, flags, masks) reads this. */
export interface SettingNotes {
  /** English; the name is what JSON Schema calls it. */
  readonly description: string;
  readonly zh: string;
  /** What is accepted, where the type alone does not say it. */
  readonly accepts?: SettingText;
  /** What applies when it is not given and the default depends on something else. */
  readonly otherwise?: SettingText;
  /** Masked in every output, not taken from the command line, and also readable from a file (`...File`). */
  readonly secret?: true;
  /** Not documented: for tests. */
  readonly hidden?: true;
}

/** Notes in the form that the schema library keeps (it wants an index signature). */
export function notes(en: string, zh: string, more: Omit<SettingNotes, 'description' | 'zh'> = {}): SettingNotes & Record<string, unknown> {
  return { description: en, zh, ...more };
}
