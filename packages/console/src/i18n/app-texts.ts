import { app as en } from './en/app.ts';
import type { TextTable } from './language.tsx';
import type { AppTexts } from './messages.ts';
import { app as zh } from './zh-CN/app.ts';

/** Texts of the frame. */
export const appTexts: TextTable<keyof AppTexts> = { en, 'zh-CN': zh };
