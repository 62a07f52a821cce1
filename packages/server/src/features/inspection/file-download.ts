import type { StreamedBody } from '../../management/route.ts';
import { bytesOf, type FileSource, type StoredFile } from './file-bytes.ts';

/** Names beyond this are cut: headers have their limits. */
const mostNameCharacters = 200;

/** A file as it is. */
export const fileDownload: StreamedBody = { contentType: 'application/octet-stream', description: 'The bytes of the file.' };

/**
 * The bytes of a file from an image, for a disk and never for a page: whoever pushed it may have written HTML or script into it, which
 * would be of the origin of the console.
 */
export function sendFile(source: FileSource, file: StoredFile, name: string, signal: AbortSignal) {
  return {
    status: 200,
    pieces: bytesOf(source, file, signal),
    headers: {
      'Content-Length': String(file.sizeBytes),
      'Content-Disposition': `attachment; filename*=UTF-8''${encoded(name)}`,
      'Content-Security-Policy': "sandbox; default-src 'none'",
      'Cross-Origin-Resource-Policy': 'same-origin',
    },
  } as const;
}

/** RFC 8187: what `encodeURIComponent` leaves and this does not know is encoded as well. */
function encoded(name: string): string {
  const cut = name.slice(0, mostNameCharacters).toWellFormed();
  return encodeURIComponent(cut).replaceAll(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
