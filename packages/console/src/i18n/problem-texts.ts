import { problems as en } from './en/problems.ts';
import type { TextTable } from './language.tsx';
import { problems as zh } from './zh-CN/problems.ts';

/** What each kind of refusal is called. */
export const problemTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
