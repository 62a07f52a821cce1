import { useQueryClient } from '@tanstack/react-query';
import { Button, Modal } from 'antd';
import { useEffect, useState } from 'react';
import { meQuery, signInPath, useMe } from '../api/session.ts';
import { appTexts } from '../i18n/app-texts.ts';
import { useLanguage, useTexts } from '../i18n/language.tsx';

/** Tabs tell each other that somebody has signed in or out. */
const tabs = new BroadcastChannel('longshore.session');

/**
 * Watches over the session. When it ends, the page stays as it is, with whatever was typed, and asks to sign in again in a tab beside it; it goes
 * on by itself when somebody has. When that is another person, the page begins anew: what it shows was for somebody else.
 */
export function SessionWatch() {
  const say = useTexts(appTexts);
  const { language } = useLanguage();
  const [before, setBefore] = useState<string>();
  const [isDismissed, setDismissed] = useState(false);
  const queries = useQueryClient();
  const me = useMe();
  const name = me?.name;
  const isKnown = me !== undefined;
  useEffect(() => {
    const onMessage = () => void queries.invalidateQueries({ queryKey: meQuery.queryKey });
    tabs.addEventListener('message', onMessage);
    return () => tabs.removeEventListener('message', onMessage);
  }, [queries]);
  useEffect(() => {
    if (isKnown) tabs.postMessage(null);
    if (name === undefined) return;
    if (before !== undefined && before !== name) window.location.reload();
    setBefore(name);
    setDismissed(false);
  }, [isKnown, name, before]);
  return (
    <Modal
      open={me === null && before !== undefined && !isDismissed}
      title={say('endedTitle')}
      onCancel={() => setDismissed(true)}
      footer={
        <Button type="primary" onClick={() => window.open(signInPath(language, '/signed-in'), '_blank')}>
          {say('signIn')}
        </Button>
      }
    >
      {say('ended')}
    </Modal>
  );
}
