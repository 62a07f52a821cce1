import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Flex } from 'antd';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { accountTexts } from '../../i18n/account-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { Loaded } from '../../widgets/loaded.tsx';

/** Whether a second factor is asked for; it is set up and removed on a page of the sign-in, which asks for the password first. */
export function SecondFactor({ user }: { user: string }) {
  const say = useTexts(accountTexts);
  const found = useQuery({
    queryKey: ['user', user, 'second-factor'],
    queryFn: () => bodyOf(api.GET('/api/v1/users/{user}/second-factor', { params: { path: { user } } })),
  });
  const { pathname } = window.location;
  const href = `/auth/second-factor/set-up?returnTo=${encodeURIComponent(pathname)}`;
  return (
    <Loaded query={found}>
      {({ enabled, recoveryCodes }) => (
        <Flex vertical gap="small" align="start">
          {enabled ? (
            <Alert
              type={recoveryCodes > 2 ? 'success' : 'warning'}
              showIcon
              title={say('factorOn')}
              description={say('recoveryLeft', { number: recoveryCodes })}
            />
          ) : (
            <Alert type="info" showIcon title={say('factorOff')} description={say('factorWhy')} />
          )}
          <Button href={href}>{enabled ? say('factorChange') : say('factorSetUp')}</Button>
        </Flex>
      )}
    </Loaded>
  );
}
