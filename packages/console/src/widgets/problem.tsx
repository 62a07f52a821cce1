import { ApiProblem } from '@longshore/api-client';
import { Alert, Button } from 'antd';
import { signInPath } from '../api/session.ts';
import { appTexts } from '../i18n/app-texts.ts';
import { explained, knownProblem } from '../i18n/explained.ts';
import { useLanguage, useRegistryWords, useTexts } from '../i18n/language.tsx';
import { problemTexts } from '../i18n/problem-texts.ts';
import { RegistryText } from './registry-text.tsx';

/**
 * What went wrong and what to do, with the name of the request in the registry's log; and a way to try again where there is one.
 * Beside a form (no `onRetry`) one signs in in another tab, and what was typed stays.
 */
export function Problem({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const say = useTexts(appTexts);
  const sayProblem = useTexts(problemTexts);
  const { language } = useLanguage();
  const words = useRegistryWords();
  const refusal = error instanceof ApiProblem ? error : undefined;
  const code = knownProblem(refusal?.code ?? '');
  const faults = refusal?.faults ?? [];
  const { advice, detail } =
    error.name === 'ConnectionLost' ? { advice: say('unreachable'), detail: undefined } : explained(language, code, words(error.message));
  const isPage = onRetry !== undefined;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={sayProblem(code)}
      description={
        <>
          {advice && <div>{advice}</div>}
          {/* Of several faults it says the first again. */}
          {detail !== undefined && faults.length === 0 && <div lang={detail.lang}>{detail.text}</div>}
          {faults.map(({ pointer, detail: wrong }) => (
            <div key={pointer}>
              <code>{pointer}</code>
              {say('colon')}
              <RegistryText text={wrong} />
            </div>
          ))}
          {refusal?.requestId && <small>{say('request', { id: refusal.requestId })}</small>}
        </>
      }
      action={
        refusal?.status === 401 ? (
          <Button {...(isPage ? { href: signInPath(language) } : { href: signInPath(language, '/signed-in'), target: '_blank' })}>
            {say('signIn')}
          </Button>
        ) : (
          isPage && <Button onClick={onRetry}>{say('retry')}</Button>
        )
      }
    />
  );
}
