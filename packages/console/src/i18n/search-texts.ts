import { search as en } from './en/search.ts';
import type { TextTable } from './language.tsx';
import { search as zh } from './zh-CN/search.ts';

/** Texts of the area `search`. */
export const searchTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
