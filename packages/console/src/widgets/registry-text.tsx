import { useRegistryWords } from '../i18n/language.tsx';

/** A sentence of the registry, in the language of whoever reads it where it is known. */
export function RegistryText({ text }: { text: string }) {
  const { text: shown, lang } = useRegistryWords()(text);
  return <span {...(lang !== undefined && { lang })}>{shown}</span>;
}
