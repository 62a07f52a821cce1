import { rules as en } from './en/rules.ts';
import type { TextTable } from './language.tsx';
import { rules as zh } from './zh-CN/rules.ts';

/** Texts of quotas, tag rules and retention. */
export const rulesTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
