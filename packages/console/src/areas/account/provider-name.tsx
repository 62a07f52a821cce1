import { accountTexts } from '../../i18n/account-texts.ts';
import { useTexts } from '../../i18n/language.tsx';

/** What vouched for somebody at a sign-in: the password, or a provider by its name in the settings. */
export function ProviderName({ provider }: { provider: string }) {
  const say = useTexts(accountTexts);
  return provider === 'password' ? say('by.password') : provider;
}
