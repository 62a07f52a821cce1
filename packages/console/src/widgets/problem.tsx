import { ApiProblem } from '@longshore/api-client';
import { Alert, Button } from 'antd';
import { signInPath } from '../api/session.ts';
import { appTexts } from '../i18n/app-texts.ts';
import { useLanguage, useTexts } from '../i18n/language.tsx';
import type { AppTexts } from '../i18n/messages.ts';

/** What kinds of refusals are called, which the registry then explains in its own words. */
const titles: Readonly<Record<string, keyof AppTexts>> = {
  unauthorized: 'signInFirst',
  forbidden: 'forbidden',
  'not-found': 'notFoundTitle',
  conflict: 'conflict',
  'too-many-requests': 'tooMany',
  unavailable: 'unavailable',
};

/** What went wrong, in the words of the registry, with the name of the request in its log; and a way to try again where there is one. */
export function Problem({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const say = useTexts(appTexts);
  const { language } = useLanguage();
  const { requestId, faults, code, status } =
    error instanceof ApiProblem ? error : { requestId: undefined, faults: [], code: '', status: 0 };
  const retry = onRetry === undefined ? null : <Button onClick={onRetry}>{say('retry')}</Button>;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={say(titles[code] ?? 'failedTitle')}
      description={
        <>
          <div>{error.name === 'ConnectionLost' ? say('unreachable') : error.message}</div>
          {faults.map(({ pointer, detail }) => (
            <div key={pointer}>
              <code>{pointer}</code>: {detail}
            </div>
          ))}
          {requestId === undefined ? null : <small>{say('request', { id: requestId })}</small>}
        </>
      }
      action={status === 401 ? <Button href={signInPath(language)}>{say('signIn')}</Button> : retry}
    />
  );
}
