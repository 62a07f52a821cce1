const alphabet = /^[A-Za-z0-9+/]*$/;

/** The number of bytes that padded, standard base64 (RFC 4648 section 4) decodes to; undefined when it is not that. */
export function base64Length(text: string): number | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (!alphabet.test(text.slice(0, text.length - padding))) return undefined;
  return (text.length / 4) * 3 - padding;
}
