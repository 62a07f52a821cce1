import { Button, Card, Flex, Segmented } from 'antd';
import { type Me, signInPath, useLastMe } from '../../api/session.ts';
import { accountTexts } from '../../i18n/account-texts.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { languageNames, languages } from '../../i18n/messages.ts';
import { CardGrid } from '../../widgets/card-grid.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { PageHeading } from '../../widgets/page-heading.tsx';
import { Waiting } from '../../widgets/waiting.tsx';
import { AccessTokens } from './access-tokens.tsx';
import { Profile } from './profile.tsx';
import { SecondFactor } from './second-factor.tsx';
import { Sessions } from './sessions.tsx';

/** What belongs to whoever is signed in. */
export function AccountPage() {
  const say = useTexts(accountTexts);
  const me = useLastMe();
  const { language } = useLanguage();
  if (me === undefined) return <Waiting />;
  if (me === null) {
    return (
      <EmptyState title={say('nobody')} description={say('nobodyNext')}>
        <Button type="primary" href={signInPath(language)}>
          {say('signIn')}
        </Button>
      </EmptyState>
    );
  }
  return (
    <Flex vertical gap="middle">
      <PageHeading title={say('title')} />
      <CardGrid>
        <Card size="small" title={say('profile')}>
          <Profile me={me} />
        </Card>
        <Card size="small" title={say('language')}>
          <LanguageChoice />
        </Card>
      </CardGrid>
      {me.kind === 'user' && <OfUser me={me} />}
    </Flex>
  );
}

function OfUser({ me }: { me: Me }) {
  const say = useTexts(accountTexts);
  return (
    <>
      <Card size="small" title={say('secondFactor')}>
        <SecondFactor user={me.name} />
      </Card>
      <AccessTokens user={me.name} />
      <Card size="small" title={say('sessions')}>
        <Sessions user={me.name} />
      </Card>
    </>
  );
}

function LanguageChoice() {
  const say = useTexts(accountTexts);
  const { language, choose } = useLanguage();
  return (
    <Flex vertical gap="small" align="start">
      <span>{say('languageAbout')}</span>
      <Segmented
        aria-label={say('language')}
        value={language}
        onChange={choose}
        options={languages.map((value) => ({ value, label: <span lang={value}>{languageNames[value]}</span> }))}
      />
    </Flex>
  );
}
