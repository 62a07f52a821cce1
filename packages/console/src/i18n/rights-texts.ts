import { rights as en } from './en/rights.ts';
import type { TextTable } from './language.tsx';
import { rights as zh } from './zh-CN/rights.ts';

/** Texts of rights. */
export const rightsTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
