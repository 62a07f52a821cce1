/** An entity tag (RFC 9110 section 8.8.3): the text between the quotes, and whether `W/` stood before them. */
export interface EntityTag {
  readonly weak: boolean;
  readonly value: string;
}

const entityTag = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,|$)|([^\s",]+)[ \t]*(?:,|$)|,/y;

/** The strong entity tag of content that is named by a digest or another text: the text in quotes. */
export function formatEntityTag(value: string): string {
  return `"${value}"`;
}

/**
 * The tags of an If-Match or If-None-Match header, `*` for any, undefined when it is malformed. A tag without quotes
 * is taken as a strong one, because some clients send a bare digest.
 */
export function parseEntityTags(header: string): '*' | readonly EntityTag[] | undefined {
  const text = header.trim();
  if (text === '*') return '*';
  const tags: EntityTag[] = [];
  let position = 0;
  while (position < text.length) {
    if (text[position] === ' ' || text[position] === '\t') {
      position += 1;
      continue;
    }
    entityTag.lastIndex = position;
    const match = entityTag.exec(text);
    if (match === null) return undefined;
    const value = match[2] ?? match[3];
    if (value !== undefined) tags.push({ weak: match[1] !== undefined, value });
    position = entityTag.lastIndex;
  }
  return tags.length === 0 ? undefined : tags;
}

/**
 * True when an If-None-Match (or, with `strong`, If-Match) header names the content whose entity tag is `current`,
 * written as in an ETag header. Comparison by RFC 9110 section 8.8.3.2. Absent and malformed headers match nothing.
 */
export function etagMatches(header: string | undefined, current: string, comparison: 'weak' | 'strong' = 'weak'): boolean {
  if (header === undefined) return false;
  const tags = parseEntityTags(header);
  const [own] = tagsOf(current);
  if (tags === undefined || own === undefined) return false;
  if (tags === '*') return true;
  return tags.some(({ weak, value }) => value === own.value && (comparison === 'weak' || (!weak && !own.weak)));
}

/**
 * True when a Range header may be honoured under this If-Range (RFC 9110 section 13.1.5): there is none, or it is
 * the one strong tag of the current content. A date never matches: content named by digest has no useful date.
 */
export function ifRangeMatches(header: string | undefined, current: string): boolean {
  if (header === undefined) return true;
  const tags = tagsOf(header);
  return tags.length === 1 && etagMatches(header, current, 'strong');
}

function tagsOf(header: string): readonly EntityTag[] {
  const tags = parseEntityTags(header);
  return tags === undefined || tags === '*' ? [] : tags;
}
