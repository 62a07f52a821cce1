import { webhooks as en } from './en/webhooks.ts';
import type { TextTable } from './language.tsx';
import { webhooks as zh } from './zh-CN/webhooks.ts';

/** Texts of webhooks and the audit log of a project. */
export const webhooksTexts: TextTable<keyof typeof en> = { en, 'zh-CN': zh };
