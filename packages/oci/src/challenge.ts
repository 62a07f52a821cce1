import { parseParameter, quote, splitHeaderList } from './header-list.ts';

/** A challenge of a WWW-Authenticate header (RFC 9110 section 11.6.1): scheme and parameter names in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly params: Readonly<Record<string, string>>;
}

/** What a registry says when a bearer token is needed. */
export interface BearerChallenge {
  /** The absolute URL of the token service. */
  readonly realm: string;
  readonly service: string;
  /** What the token has to allow; left out when empty. */
  readonly scope?: string;
  /** `invalid_token` or `insufficient_scope` (RFC 6750 section 3.1). */
  readonly error?: string;
}

const schemeStart = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?:[ \t]+(.*))?$/s;

/** A WWW-Authenticate value of the Docker token protocol: `Bearer realm="...",service="...",scope="..."`. */
export function formatBearerChallenge({ realm, service, scope, error }: BearerChallenge): string {
  const parameters = { realm, service, ...(scope ? { scope } : {}), ...(error ? { error } : {}) };
  return `Bearer ${Object.entries(parameters)
    .map(([name, value]) => `${name}=${quote(value)}`)
    .join(',')}`;
}

/** The first challenge of a WWW-Authenticate header, undefined when there is none. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  return parseChallenges(header)[0];
}

/**
 * All challenges of a WWW-Authenticate header, in order; several headers joined with commas are fine. A part that
 * is neither a parameter nor the start of a challenge is skipped. Never throws.
 */
export function parseChallenges(header: string | undefined): readonly Challenge[] {
  const challenges: { scheme: string; entries: (readonly [string, string])[] }[] = [];
  for (const part of splitHeaderList(header ?? '', ',')) {
    const parameter = parameterOf(part);
    if (parameter !== undefined) {
      challenges.at(-1)?.entries.push(parameter);
      continue;
    }
    const [, scheme, rest = ''] = schemeStart.exec(part) ?? [];
    if (scheme === undefined) continue;
    const first = parameterOf(rest.trim());
    challenges.push({ scheme: scheme.toLowerCase(), entries: first === undefined ? [] : [first] });
  }
  return challenges.map(({ scheme, entries }) => ({ scheme, params: Object.fromEntries(entries.toReversed()) }));
}

/** A parameter has a token for its name; `Bearer realm="x"` has a space before the equals sign and so is none. */
function parameterOf(part: string): readonly [string, string] | undefined {
  const parameter = parseParameter(part);
  return parameter !== undefined && !/[\s"]/.test(parameter[0]) ? parameter : undefined;
}
