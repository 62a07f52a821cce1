import { sizeIn } from '../i18n/formats.ts';
import { useLanguage } from '../i18n/language.tsx';

/** A size; the exact bytes when one points at it. */
export function SizeText({ bytes }: { bytes: number }) {
  const { language } = useLanguage();
  const exact = new Intl.NumberFormat(language, { style: 'unit', unit: 'byte', unitDisplay: 'long' }).format(bytes);
  return <span title={exact}>{sizeIn(language, bytes)}</span>;
}
