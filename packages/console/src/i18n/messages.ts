import type { app } from './en/app.ts';

/** The languages that everything exists in. */
export const languages = ['en', 'zh-CN'] as const;
export type Language = (typeof languages)[number];

/** What people call them, each in itself. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', 'zh-CN': '简体中文' };

/** The frame's own texts: every other table is its area's. */
export type AppTexts = typeof app;

/** What the registry said, as it is to be read: with `lang` where its words are not known in the language of now. */
export interface RegistryWords {
  readonly text: string;
  readonly lang?: 'en';
}
