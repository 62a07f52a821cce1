import { account as en } from './en/account.ts';
import type { TextTable } from './language.tsx';
import { account as zh } from './zh-CN/account.ts';

/** Texts of what belongs to whoever is signed in. */
export const accountTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
