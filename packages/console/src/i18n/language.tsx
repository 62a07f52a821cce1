import type { Phrasebook } from '@longshore/api-client/chinese';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { listIn } from './formats.ts';
import { keep, readKept } from './kept.ts';
import { type Language, languages, type RegistryWords } from './messages.ts';

const place = 'longshore.language';

interface Languages {
  readonly language: Language;
  readonly choose: (language: Language) => void;
  /** What the registry says, which it does in English; undefined until it is loaded. */
  readonly phrasebook: Phrasebook | undefined;
}

const Context = createContext<Languages | undefined>(undefined);

/** What was chosen in this browser, else what it prefers. */
function firstLanguage(): Language {
  const kept = readKept('localStorage', place);
  const chosen = languages.find((language) => language === kept);
  return chosen ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en');
}

/** In English it knows nothing, which needs none; others are loaded, and where that fails the registry is heard as it speaks. */
const english: Phrasebook = () => undefined;

function usePhrasebook(language: Language): Phrasebook | undefined {
  const [chinese, setChinese] = useState<Phrasebook>();
  useEffect(() => {
    if (language === 'en') return;
    import('@longshore/api-client/chinese').then(
      ({ inChinese }) => setChinese(() => inChinese),
      () => setChinese(() => english),
    );
  }, [language]);
  return language === 'en' ? english : chinese;
}

/** Gives what is inside the language of this browser, and a way to choose another. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const phrasebook = usePhrasebook(language);
  const value = useMemo(() => {
    const choose = (chosen: Language) => {
      keep('localStorage', place, chosen);
      setLanguage(chosen);
    };
    return { language, choose, phrasebook };
  }, [language, phrasebook]);
  return <Context value={value}>{children}</Context>;
}

/** The language, and a way to choose another. */
export function useLanguage(): Languages {
  const found = useContext(Context);
  if (found === undefined) throw new TypeError('this is outside of the LanguageProvider');
  return found;
}

/** Says what the registry said in the language of now; nothing while that is loaded, so that nobody reads another first. */
export function useRegistryWords(): (english: string) => RegistryWords {
  const { phrasebook } = useLanguage();
  return useMemo(
    () => (said) => {
      if (phrasebook === undefined) return { text: '' };
      const known = phrasebook(said);
      return known === undefined ? { text: said, lang: 'en' } : { text: known };
    },
    [phrasebook],
  );
}

/** A table of texts in every language: an area has one, in `i18n/<language>/<area>.ts`. */
export type TextTable<K extends string> = Readonly<Record<Language, Readonly<Record<K, string>>>>;

/** What fills a text. */
type Value = string | number | readonly string[];

/** Says a text of a table in the language of now. `values` are put where the text has `{name}`; numbers and lists as the language writes them. */
export function useTexts<K extends string>(table: TextTable<K>): (name: K, values?: Readonly<Record<string, Value>>) => string {
  const { language } = useLanguage();
  return useMemo(() => {
    const numbers = new Intl.NumberFormat(language);
    return (name, values = {}) =>
      table[language][name].replaceAll(/\{(\w+)\}/g, (whole, key: string) => {
        const value = values[key];
        if (value === undefined) return whole;
        return typeof value === 'number' ? numbers.format(value) : typeof value === 'string' ? value : listIn(language, value);
      });
  }, [language, table]);
}
