import { useEffect } from 'react';
import { useMe } from '../api/session.ts';
import { appTexts } from '../i18n/app-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { EmptyState } from '../widgets/empty-state.tsx';
import { PageHeading } from '../widgets/page-heading.tsx';

/** Where whoever signed in again beside a page lands; the tab closes itself when the browser lets it. */
export function SignedInPage() {
  const say = useTexts(appTexts);
  const me = useMe();
  useEffect(() => {
    // Not before the other tabs have been told.
    if (me != null) window.close();
  }, [me]);
  return (
    <>
      <PageHeading title={say('signedInTitle')} />
      <EmptyState title={say('signedIn')} />
    </>
  );
}
