import { useLanguage } from '../i18n/language.tsx';

/** How far the registry counts the tags of a repository in a list. */
const mostCounted = 100;

/** How many tags a repository of a list has; `100+` where they are no longer counted. */
export function TagCount({ count }: { count: number }) {
  const { language } = useLanguage();
  const text = new Intl.NumberFormat(language).format(count);
  return count < mostCounted ? text : `${text}+`;
}
