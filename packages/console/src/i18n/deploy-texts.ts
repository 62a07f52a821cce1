import { type ProblemName, problemTexts, problemTextsInChinese } from '@longshore/deploy';
import { deploy as en } from './en/deploy.ts';
import type { TextTable } from './language.tsx';
import { deploy as zh } from './zh-CN/deploy.ts';

/** Texts of the deploy assistant. */
export const deployTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };

/** What may be wrong with a field of it. */
export const deployProblemTexts: TextTable<ProblemName> = { en: problemTexts, 'zh-CN': problemTextsInChinese };
