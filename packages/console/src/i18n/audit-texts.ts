import { audit as en } from './en/audit.ts';
import type { TextTable } from './language.tsx';
import { audit as zh } from './zh-CN/audit.ts';

/** Texts of the audit log, of the registry and of a project. */
export const auditTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
