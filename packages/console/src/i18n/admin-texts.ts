import { admin as en } from './en/admin.ts';
import type { TextTable } from './language.tsx';
import { admin as zh } from './zh-CN/admin.ts';

/** Texts of the administration: who may do what. */
export const adminTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
