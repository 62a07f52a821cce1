import { oversight as en } from './en/oversight.ts';
import type { TextTable } from './language.tsx';
import { oversight as zh } from './zh-CN/oversight.ts';

/** Texts of the administration: what the registry does and holds. */
export const oversightTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
