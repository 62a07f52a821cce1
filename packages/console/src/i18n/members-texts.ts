import { members as en } from './en/members.ts';
import type { TextTable } from './language.tsx';
import { members as zh } from './zh-CN/members.ts';

/** Texts of members and roles. */
export const membersTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
