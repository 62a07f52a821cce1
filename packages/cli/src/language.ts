import type { Surroundings } from './command.ts';

/** The languages that people are spoken to in. */
export type Language = 'en' | 'zh';

/** The user's language: that of LONGSHORE_LANG, otherwise that of the locale for messages (POSIX, section 8.2); English for any other. */
export function languageOf({ environment }: Pick<Surroundings, 'environment'>): Language {
  const locale = ['LONGSHORE_LANG', 'LC_ALL', 'LC_MESSAGES', 'LANG'].map((name) => environment[name] ?? '').find((value) => value !== '');
  return /^zh([-_.@]|$)/i.test(locale ?? '') ? 'zh' : 'en';
}
