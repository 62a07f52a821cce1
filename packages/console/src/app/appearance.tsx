import { ConfigProvider, theme } from 'antd';
import enUS from 'antd/locale/en_US';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { keep, readKept } from '../i18n/kept.ts';
import { useLanguage } from '../i18n/language.tsx';

/** How it looks: light, dark, or as the system says. */
export const appearances = ['system', 'light', 'dark'] as const;
export type Appearance = (typeof appearances)[number];

const place = 'longshore.appearance';
/** For small text on dark grounds, on which the first colour can hardly be read. */
const light = '#99c1f1';
const systemIsDark = window.matchMedia('(prefers-color-scheme: dark)');
const systemIsStill = window.matchMedia('(prefers-reduced-motion: reduce)');

interface Appearances {
  readonly appearance: Appearance;
  readonly isDark: boolean;
  readonly choose: (appearance: Appearance) => void;
}

const Context = createContext<Appearances | undefined>(undefined);

/** The value that the server gave this page, by which the browser takes styles that components make. */
function nonceOfPage(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
}

/** Whether something is so of the system, which may change while the page is there. */
function useSystem(query: MediaQueryList): boolean {
  const [isSo, setSo] = useState(query.matches);
  useEffect(() => {
    const onChange = () => setSo(query.matches);
    query.addEventListener('change', onChange);
    // It may have changed since it was first looked at.
    onChange();
    return () => query.removeEventListener('change', onChange);
  }, [query]);
  return isSo;
}

/** The components' own texts in the chosen language; English is there at once, others are loaded. */
function useComponentTexts() {
  const { language } = useLanguage();
  const [texts, setTexts] = useState(enUS);
  useEffect(() => {
    let isWanted = true;
    const load = language === 'en' ? Promise.resolve(enUS) : import('antd/locale/zh_CN').then((found) => found.default);
    void load.then((found) => isWanted && setTexts(found));
    return () => {
      isWanted = false;
    };
  }, [language]);
  return texts;
}

/** Gives what is inside its colours and the components' texts. */
export function AppearanceProvider({ children }: { children: ReactNode }) {
  const [appearance, setAppearance] = useState<Appearance>(
    () => appearances.find((one) => one === readKept('localStorage', place)) ?? 'system',
  );
  const [isSystemDark, isStill] = [useSystem(systemIsDark), useSystem(systemIsStill)];
  const isDark = appearance === 'system' ? isSystemDark : appearance === 'dark';
  const value = useMemo(() => {
    const choose = (chosen: Appearance) => {
      keep('localStorage', place, chosen);
      setAppearance(chosen);
    };
    return { appearance, isDark, choose };
  }, [appearance, isDark]);
  useEffect(() => {
    document.documentElement.style.colorScheme = isDark ? 'dark' : 'light';
  }, [isDark]);
  const nonce = useMemo(nonceOfPage, []);
  return (
    <Context value={value}>
      <ConfigProvider
        csp={{ nonce }}
        // Two signs of a button stay together.
        button={{ autoInsertSpace: false }}
        locale={useComponentTexts()}
        theme={{
          algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
          // What the components take is too pale for small text (WCAG 1.4.3).
          token: {
            motion: !isStill,
            colorPrimary: '#1a5fb4',
            colorLink: isDark ? '#78aeed' : '#1a5fb4',
            colorError: isDark ? '#ff7b6e' : '#c01c28',
            colorSuccess: isDark ? '#57e389' : '#1a7f37',
            colorTextTertiary: isDark ? 'rgba(255, 255, 255, 0.65)' : 'rgba(0, 0, 0, 0.65)',
            colorTextPlaceholder: isDark ? 'rgba(255, 255, 255, 0.55)' : 'rgba(0, 0, 0, 0.58)',
            // Each has two names, of which either may be the one that is written into the page.
            ...(!isDark && { green7: '#237804', 'green-7': '#237804', gold7: '#874d00', 'gold-7': '#874d00' }),
            // Made of the dark colours above by itself, the grounds of messages would be as dull.
            ...(!isDark && { colorPrimaryHover: '#2a6cbd', colorSuccessBg: '#effaf1', colorSuccessBorder: '#a5d8b1' }),
          },
          components: isDark
            ? {
                Button: { dangerColor: '#000' },
                Menu: { itemSelectedColor: light },
                Tabs: { itemSelectedColor: light, itemHoverColor: light },
              }
            : {},
        }}
      >
        {children}
      </ConfigProvider>
    </Context>
  );
}

/** How it looks, and a way to choose. */
export function useAppearance(): Appearances {
  const found = useContext(Context);
  if (found === undefined) throw new TypeError('this is outside of the AppearanceProvider');
  return found;
}
