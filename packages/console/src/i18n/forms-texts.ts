import { forms as en } from './en/forms.ts';
import type { TextTable } from './language.tsx';
import { forms as zh } from './zh-CN/forms.ts';

/** Texts of forms and tables. */
export const formsTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
