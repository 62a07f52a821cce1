import { image as en } from './en/image.ts';
import type { TextTable } from './language.tsx';
import { image as zh } from './zh-CN/image.ts';

/** Texts of the area `image`. */
export const imageTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
