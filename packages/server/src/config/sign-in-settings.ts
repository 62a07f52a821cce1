import * as v from 'valibot';
import { oidcProviders } from './oidc-settings.ts';

/** Settings of section `signIn`. */
export const signIn = v.pipe(
  v.strictObject({ oidc: oidcProviders }),
  v.forward(
    v.partialCheck(
      [['oidc']],
      ({ oidc }) => new Set(oidc.map(({ name }) => name)).size === oidc.length,
      'names of providers must differ: by them people are known again',
    ),
    ['oidc'],
  ),
);
