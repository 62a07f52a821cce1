import { projects as en } from './en/projects.ts';
import type { TextTable } from './language.tsx';
import { projects as zh } from './zh-CN/projects.ts';

/** Texts of projects: their list, overview and settings. */
export const projectsTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
