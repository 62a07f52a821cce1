import { jobs as en } from './en/jobs.ts';
import type { TextTable } from './language.tsx';
import { jobs as zh } from './zh-CN/jobs.ts';

/** Texts of jobs. */
export const jobsTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
