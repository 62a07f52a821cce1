import { parseParameter, splitHeaderList } from './header-list.ts';

/** One media range of an Accept header, in lower case and without parameters, and its weight from 0 to 1. */
export interface AcceptedType {
  readonly type: string;
  readonly q: number;
}

const mediaRange = /^(?:\*\/\*|[a-z0-9!#$%&'+.^_`|~-]+\/(?:\*|[a-z0-9!#$%&'+.^_`|~-]+))$/;
const weight = /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/;

/** The media ranges of one or several Accept headers, in order (RFC 9110 section 12.5.1); malformed ones are skipped. */
export function parseAccept(headers: string | readonly string[] | undefined): readonly AcceptedType[] {
  const values = headers === undefined ? [] : typeof headers === 'string' ? [headers] : headers;
  return values
    .flatMap((value) => splitHeaderList(value, ','))
    .flatMap((entry) => {
      const [range = '', ...parameters] = splitHeaderList(entry, ';');
      const type = range.toLowerCase();
      const written = parameters.map(parseParameter).find((parameter) => parameter?.[0] === 'q')?.[1];
      if (!mediaRange.test(type) || (written !== undefined && !weight.test(written))) return [];
      return [{ type, q: written === undefined ? 1 : Number(written) }];
    });
}

/**
 * True when the list allows a media type: the most specific range that matches decides, and weight 0 forbids. An
 * empty list, as from an absent header, allows everything.
 */
export function accepts(list: readonly AcceptedType[], mediaType: string): boolean {
  return list.length === 0 || acceptWeight(list, mediaType) > 0;
}

/** The weight the list gives a media type, from 0 (not acceptable) to 1. */
export function acceptWeight(list: readonly AcceptedType[], mediaType: string): number {
  const type = mediaType.toLowerCase();
  for (const range of [type, `${type.slice(0, type.indexOf('/'))}/*`, '*/*']) {
    const weights = list.filter((entry) => entry.type === range).map(({ q }) => q);
    if (weights.length > 0) return weights.reduce((best, q) => Math.max(best, q), 0);
  }
  return 0;
}
