import { useIsFetching, useIsMutating } from '@tanstack/react-query';
import { theme } from 'antd';
import { appTexts } from '../i18n/app-texts.ts';
import { useTexts } from '../i18n/language.tsx';

/** A thin bar at the top while the registry is asked for something; it is seen only when that takes a while. */
export function ActivityBar() {
  const say = useTexts(appTexts);
  const { token } = theme.useToken();
  const running = useIsFetching() + useIsMutating();
  if (running === 0) return null;
  return <div className="activity" role="progressbar" aria-label={say('loading')} style={{ background: token.colorPrimary }} />;
}
