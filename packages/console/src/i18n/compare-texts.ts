import { compare as en } from './en/compare.ts';
import type { TextTable } from './language.tsx';
import { compare as zh } from './zh-CN/compare.ts';

/** Texts of the area `compare`. */
export const compareTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
