import { repository as en } from './en/repository.ts';
import type { TextTable } from './language.tsx';
import { repository as zh } from './zh-CN/repository.ts';

/** Texts of the area `repository`. */
export const repositoryTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
