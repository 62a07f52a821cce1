import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureVersion } from 'node:tls';
import { TlsProblem } from './tls-problem.ts';

/** Where certificate and key are, in PEM; both may be in one file. */
export interface KeyPairFiles {
  /** The server's certificate first, then the ones between it and the authority. */
  readonly certFile: string;
  readonly keyFile: string;
}

/** What the files held, read at one moment and not looked at yet. */
export interface KeyPairText {
  readonly cert: string;
  readonly key: string;
}

/** A pair that fits together, as `tls` takes it. */
export interface KeyPair extends KeyPairText {
  /** The server's own certificate. */
  readonly certificate: X509Certificate;
}

const certificateBlock = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Reads both files; throws `TlsProblem` when one cannot be read. */
export async function readKeyPair({ certFile, keyFile }: KeyPairFiles): Promise<KeyPairText> {
  const certText = readFile(certFile, 'utf8');
  // Replaced between two looks, one file would give the certificate of one pair and the key of another.
  const [cert, key] = await Promise.allSettled([certText, keyFile === certFile ? certText : readFile(keyFile, 'utf8')]);
  if (cert.status === 'fulfilled' && key.status === 'fulfilled') return { cert: cert.value, key: key.value };
  const failures = [...new Map([[certFile, cert] as const, [keyFile, key] as const])];
  throw new TlsProblem(failures.flatMap(([file, result]) => (result.status === 'rejected' ? [unreadable(file, result.reason)] : [])));
}

/** Checks that the pair can be served; throws `TlsProblem` with everything that is wrong. */
export function checkKeyPair(text: KeyPairText, { certFile, keyFile }: KeyPairFiles, minVersion: SecureVersion): KeyPair {
  const problems: string[] = [];
  const chain = readChain(text.cert, certFile, problems);
  const key = readKey(text.key, keyFile, problems);
  const [certificate, ...others] = chain;
  if (certificate !== undefined && key !== undefined && !certificate.checkPrivateKey(key)) {
    const fitting = others.findIndex((other) => other.checkPrivateKey(key));
    problems.push(
      fitting < 0
        ? `${keyFile} is not the key of the certificate in ${certFile} (${certificate.subject.replaceAll('\n', ', ')}): give the key that it was requested with.`
        : `${certFile} begins with another certificate than the server's: move certificate ${fitting + 2} to the top, then its issuers.`,
    );
  }
  if (certificate === undefined || problems.length > 0) throw new TlsProblem(problems);
  try {
    createSecureContext({ ...text, minVersion });
  } catch (error) {
    throw new TlsProblem([`${certFile} cannot be used: ${reasonOf(error)}. A key of RSA 2048 bits or EC P-256 works everywhere.`], {
      cause: error,
    });
  }
  return { ...text, certificate };
}

function readChain(text: string, file: string, problems: string[]): X509Certificate[] {
  const blocks = text.match(certificateBlock) ?? [];
  if (text.trim() === '') problems.push(`${file} is empty: copy the certificate into it again, as PEM.`);
  else if (blocks.length === 0) problems.push(`${file} holds no certificate: it must be PEM, with BEGIN CERTIFICATE.`);
  return blocks.flatMap((block, index) => {
    try {
      return [new X509Certificate(block)];
    } catch (error) {
      problems.push(`${file}: certificate ${index + 1} is damaged (${reasonOf(error)}): copy it again.`);
      return [];
    }
  });
}

function readKey(text: string, file: string, problems: string[]): KeyObject | undefined {
  if (text.trim() === '') {
    problems.push(`${file} is empty: copy the private key into it again, as PEM.`);
    return undefined;
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    problems.push(`${file} holds no private key: it must be PEM, with BEGIN PRIVATE KEY.`);
    return undefined;
  }
  if (/ENCRYPTED/.test(text)) {
    problems.push(`${file} is encrypted with a passphrase: decrypt it with 'openssl pkey -in FILE -out NEW' and protect it by chmod 600.`);
    return undefined;
  }
  try {
    return createPrivateKey(text);
  } catch (error) {
    problems.push(`${file}: the private key is damaged (${reasonOf(error)}): copy it again.`);
    return undefined;
  }
}

function unreadable(file: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return `${file} is not there: check tls.certFile and tls.keyFile.`;
  if (code === 'EACCES') return `${file} may not be read by this user: change its owner or its mode.`;
  return `${file} cannot be read: ${reasonOf(error)}.`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
