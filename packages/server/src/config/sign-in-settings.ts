import * as v from 'valibot';
import { directories } from './directory-settings.ts';
import { oidcProviders } from './oidc-settings.ts';
import { notes } from './setting-text.ts';
import { wholeFrom } from './whole-number.ts';

/** Settings of section `signIn`. */
export const signIn = v.pipe(
  v.strictObject({
    oidc: oidcProviders,
    ldap: directories,
    sessionHours: v.pipe(
      v.optional(wholeFrom(1, 8760), 168),
      notes('How long somebody who signed in with a browser stays signed in at most.', '通过浏览器登录后保持登录的最长时间（小时）。'),
    ),
    idleHours: v.pipe(
      v.optional(wholeFrom(1, 8760), 12),
      notes('How long they stay signed in without doing anything.', '无任何操作时保持登录的时间（小时）。'),
    ),
    secondFactor: v.pipe(
      v.optional(v.picklist(['optional', 'administrators', 'everybody']), 'optional'),
      notes(
        'Of whom a second factor is asked besides those who have set one up. Whoever must have one uses access tokens for everything but signing in.',
        '除已自行启用者外，还要求谁使用两步验证。必须使用者除登录页面外一律使用访问令牌。',
      ),
    ),
    deviceTokenDays: v.pipe(
      v.optional(wholeFrom(1, 3650), 90),
      notes(
        'How long the access token is good that a device gets which somebody lets in at /auth/device.',
        '在 /auth/device 获准接入的设备所得访问令牌的有效期（天）。',
      ),
    ),
  }),
  v.forward(
    v.partialCheck(
      [['oidc'], ['ldap']],
      ({ oidc, ldap }) => new Set(['password', ...[...oidc, ...ldap].map(({ name }) => name)]).size === oidc.length + ldap.length + 1,
      'names of providers and directories must differ, also from password: by them people are known again',
    ),
    ['oidc'],
  ),
);
