import type { X509Certificate } from 'node:crypto';

/** The kinds of alternative names (RFC 5280 section 4.2.1.6) that rules may ask about, by the text that Node has before each. */
const kinds = { DNS: 'dns', URI: 'uris', email: 'emails' } as const;

/** More than any real certificate has; rules may compare each with each. */
const mostNames = 200;

/** One name with what separates it from the one before: quoted as JSON where its text could be taken for more than one. */
const namePattern = /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?=, |$)/y;

/** What a certificate says of its holder. */
interface CertificateClaims extends Readonly<Record<string, unknown>> {
  readonly commonName?: string;
  /** By attribute (`CN`, `O`, `OU`): a text, or several in a list. */
  readonly subject: Readonly<Record<string, string | readonly string[]>>;
  readonly dns: readonly string[];
  readonly uris: readonly string[];
  readonly emails: readonly string[];
  /** `C=DE, O=Acme, CN=Acme CA`, in the order of the certificate. */
  readonly issuer: string;
  /** Hexadecimal, capitals. */
  readonly serial: string;
  /** SHA-256, hexadecimal in small letters. */
  readonly fingerprint: string;
}

/** The claims that rules are asked about; undefined when its names are too many, or cannot be told apart with certainty. */
export function claimsOf(certificate: X509Certificate): CertificateClaims | undefined {
  const names = alternativeNames(certificate.subjectAltName ?? '');
  const subject = certificate.toLegacyObject().subject as unknown as CertificateClaims['subject'] | undefined;
  const count = Object.values(subject ?? {}).flat().length;
  if (names === undefined || count > mostNames) return undefined;
  const commonName = subject?.['CN'];
  return {
    ...(typeof commonName === 'string' && { commonName }),
    subject: { ...subject },
    ...names,
    issuer: certificate.issuer.replaceAll('\n', ', '),
    serial: certificate.serialNumber,
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

/** Reads the text that Node makes of alternative names; undefined when it is not wholly of the form that Node documents. */
export function alternativeNames(text: string): Record<(typeof kinds)[keyof typeof kinds], string[]> | undefined {
  const found = { dns: [] as string[], uris: [] as string[], emails: [] as string[] };
  let end = 0;
  for (let count = 0; end < text.length; count += 1) {
    namePattern.lastIndex = end;
    const [whole, kind = '', value = ''] = namePattern.exec(text) ?? [];
    if (whole === undefined || count === mostNames) return undefined;
    end += whole.length;
    const name = value.startsWith('"') ? unquoted(value) : value;
    if (name === undefined) return undefined;
    if (Object.hasOwn(kinds, kind)) found[kinds[kind as keyof typeof kinds]].push(name);
  }
  return found;
}

function unquoted(value: string): string | undefined {
  try {
    return String(JSON.parse(value));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
