import { robots as en } from './en/robots.ts';
import type { TextTable } from './language.tsx';
import { robots as zh } from './zh-CN/robots.ts';

/** Texts of robots. */
export const robotsTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
