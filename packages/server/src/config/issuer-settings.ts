import * as v from 'valibot';
import { filledText } from './filled-text.ts';
import { pathAccepts } from './path-accepts.ts';
import { notes } from './setting-text.ts';
import { isTrustworthy } from './trustworthy-url.ts';

/** By what settings, records and people call somebody who vouches for others. */
export const shortName = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,39}$/));

/** What the reference says of a `shortName`. */
export const shortNameAccepts = (example: string) => ({
  en: `at most 40 of a-z, 0-9 and -, such as ${example}`,
  zh: `最多 40 个字符：a-z、0-9 与 -，例如 ${example}`,
});

/** Where somebody is who issues tokens. */
export const issuerUrl = v.pipe(v.string(), v.check(isTrustworthy));

/** What the reference says of an `issuerUrl`. */
export const issuerUrlAccepts = (example: string) => ({
  en: `an https URL such as ${example}; http on this host only`,
  zh: `https URL，例如 ${example}；http 仅限本机`,
});

/** Setting `authorityFile` of somebody who issues tokens. */
export const authorityFile = v.pipe(
  v.optional(filledText),
  notes(
    'Certificates (PEM) of authorities that are trusted there besides the usual ones.',
    '除常用颁发机构外额外信任的 CA 证书文件（PEM）。',
    {
      accepts: pathAccepts,
      otherwise: { en: 'none', zh: '无' },
    },
  ),
);
