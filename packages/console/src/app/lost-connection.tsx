import { useQueryClient } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { connection } from '../api/connection.ts';
import { meQuery } from '../api/session.ts';
import { appTexts } from '../i18n/app-texts.ts';
import { useTexts } from '../i18n/language.tsx';

const retryMs = 3000;

/** Says so while the registry cannot be reached, and asks for everything that is shown when it can again. */
export function LostConnection() {
  const say = useTexts(appTexts);
  const queries = useQueryClient();
  const isReachable = useSyncExternalStore(connection.subscribe, connection.now);
  const wasReachable = useRef(true);
  useEffect(() => {
    const ask = () => void queries.refetchQueries({ queryKey: meQuery.queryKey });
    window.addEventListener('offline', ask);
    window.addEventListener('online', ask);
    const timer = isReachable ? undefined : setInterval(ask, retryMs);
    if (isReachable && !wasReachable.current) void queries.invalidateQueries();
    wasReachable.current = isReachable;
    return () => {
      window.removeEventListener('offline', ask);
      window.removeEventListener('online', ask);
      clearInterval(timer);
    };
  }, [isReachable, queries]);
  return isReachable ? null : <Alert banner type="warning" title={say('lost')} role="status" className="lost" />;
}
