/** What `unpack` answers; undefined when zlib finds the bytes damaged, or too many. */
export function unpackedUnlessDamaged(unpack: () => Buffer): Buffer | undefined {
  try {
    return unpack();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code === 'string' && /^(?:Z_|ZSTD_|ERR_BUFFER_TOO_LARGE)/.test(code)) return undefined;
    throw error;
  }
}
