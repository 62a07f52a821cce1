import { type Filter, FilterParser } from 'ldapts';

/** What a template may have put into it. */
export interface FilterValues {
  readonly name?: string;
  readonly dn?: string;
}

/** The characters that mean something in a filter (RFC 4515 section 3). Others stay: the library sends text as UTF-8. */
const special = /[\\*()\0]/g;

/** A text as a value in a filter: it is compared as it is, whatever characters it has. */
export function escapeFilterValue(text: string): string {
  return text.replace(special, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Puts values into `{name}` and `{dn}` of a filter, once: what a value brings along is not looked at again. Throws when it is no filter. */
export function fillFilter(template: string, values: FilterValues): Filter {
  const filled = template.trim().replace(/\{(name|dn)\}/g, (place, key: keyof FilterValues) => {
    const value = values[key];
    return value === undefined ? place : escapeFilterValue(value);
  });
  if (!isBalanced(filled)) throw new Error(`parentheses do not match: ${filled}`);
  return FilterParser.parseString(filled);
}

/** Whether one pair of parentheses holds all of it: the library overlooks some that are missing. */
function isBalanced(filter: string): boolean {
  let depth = 0;
  for (let index = 0; index < filter.length; index += 1) {
    if (filter[index] === '(') depth += 1;
    if (filter[index] === ')') depth -= 1;
    if (depth <= 0) return depth === 0 && filter[index] === ')' && index === filter.length - 1;
  }
  return false;
}
