import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';

/** The certificates of the authorities that Node trusts, and those in a file besides, which `setting` names. Throws with what to do about the file. */
export async function trustedAuthorities(file: string | undefined, setting = 'outgoing.caFile'): Promise<string[]> {
  const usual = getCACertificates('default');
  if (file === undefined) return usual;
  try {
    const text = await readFile(file, 'utf8');
    const own = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    if (own.length === 0) throw new Error('it holds no certificate');
    for (const certificate of own) new X509Certificate(certificate);
    return [...usual, ...own];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The certificates in '${file}' (${setting}) cannot be used: ${reason}. Put certificates in PEM there.`, {
      cause: error,
    });
  }
}
