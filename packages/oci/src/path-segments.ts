const longestPath = 8192;
/** What makes a path harmful that has nothing to decode. */
const harmful = /[\u0000-\u001f\u007f\\]|(?:^|\/)\.\.?(?:\/|$)/;

/**
 * The decoded segments of a relative URL path, or undefined when it must not be interpreted: malformed
 * percent-encoding, a control character, an encoded slash or backslash (which a proxy may have seen differently), a
 * segment that is `.` or `..`, or more than 8,192 characters. Split first and decoded after, exactly once.
 */
export function decodePathSegments(path: string): readonly string[] | undefined {
  if (path.length > longestPath) return undefined;
  if (!path.includes('%')) return harmful.test(path) ? undefined : path.split('/');
  const segments: string[] = [];
  for (const encoded of path.split('/')) {
    const segment = decodeOnce(encoded);
    if (segment === undefined || !isHarmless(segment)) return undefined;
    segments.push(segment);
  }
  return segments;
}

/** The path of these segments, each percent-encoded but for what a path segment may hold (RFC 3986 section 3.3). */
export function encodePathSegments(segments: readonly string[]): string {
  return segments.map((segment) => encodeURIComponent(segment).replaceAll('%3A', ':').replaceAll('%40', '@')).join('/');
}

function decodeOnce(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function isHarmless(segment: string): boolean {
  return segment !== '.' && segment !== '..' && !/[\u0000-\u001f\u007f/\\]/.test(segment);
}
