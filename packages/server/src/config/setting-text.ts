import * as v from 'valibot';

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
  /** Also readable from a file, though it is no secret: it comes with one. */
  readonly fromFile?: true;
  /** Not documented: for tests. */
  readonly hidden?: true;
}

/** The notes of a setting, as the last part of its pipe. */
export function notes<Value>(
  en: string,
  zh: string,
  more: Omit<SettingNotes, 'description' | 'zh'> = {},
): v.MetadataAction<Value, SettingNotes & Record<string, unknown>> {
  return v.metadata({ description: en, zh, ...more });
}
