import { Spin } from 'antd';
import { appTexts } from '../i18n/app-texts.ts';
import { useTexts } from '../i18n/language.tsx';

/** While something is loaded. It shows nothing for a moment, so that what is quick does not flicker. */
export function Waiting() {
  const say = useTexts(appTexts);
  return (
    <div role="status" aria-label={say('loading')}>
      <Spin delay={300} size="large" />
    </div>
  );
}
