import * as v from 'valibot';
import { notes } from './setting-text.ts';

/** Settings of section `projects`. */
export const projects = v.strictObject({
  createOnPush: v.pipe(
    v.optional(v.picklist(['own-name', 'users', 'nobody']), 'own-name'),
    notes(
      'Who may begin a project, with a push or by the API: own-name: each user the project of their own name. users: every user any. ' +
        'nobody: administrators only, by the API or with a push.',
      '谁可以通过推送或 API 创建项目。own-name：每个用户只能创建与自己同名的项目。users：任何用户可创建任意项目。nobody：仅管理员。',
    ),
  ),
});
