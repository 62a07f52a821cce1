import { home as en } from './en/home.ts';
import type { TextTable } from './language.tsx';
import { home as zh } from './zh-CN/home.ts';

/** Texts of the first page. */
export const homeTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
