import { appTexts } from '../i18n/app-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { CopyButton } from './copy-button.tsx';

/** The beginning of a digest, which is enough to tell one from another. */
export function shortDigest(digest: string): string {
  const [algorithm, hex = ''] = digest.split(':');
  return `${algorithm}:${hex.slice(0, 12)}`;
}

/** A digest, shortened, with a button that copies it whole. */
export function DigestText({ digest }: { digest: string }) {
  const say = useTexts(appTexts);
  return (
    <span style={{ whiteSpace: 'nowrap' }}>
      <code title={digest}>{shortDigest(digest)}</code>
      <CopyButton text={digest} label={say('copyDigest')} />
    </span>
  );
}
