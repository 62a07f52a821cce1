/**
 * Text as it is searched for: small letters, one form of each, nothing that is not seen, and nothing beyond the characters that databases and
 * this program sort alike.
 */
export function searchText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\u0021-\u007e\u00a1-\ud7ff]+/g, ' ')
    .trim();
}
