import { BulbOutlined, GlobalOutlined, UserOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Button, Dropdown, Space } from 'antd';
import { useRef } from 'react';
import { signInPath, useMe } from '../api/session.ts';
import { appTexts } from '../i18n/app-texts.ts';
import { useLanguage, useTexts } from '../i18n/language.tsx';
import { languageNames, languages } from '../i18n/messages.ts';
import { appearances, useAppearance } from './appearance.tsx';

/** The right end of the header: language, appearance, and who is signed in. */
export function AccountMenu() {
  return (
    <Space size="small">
      <LanguageSwitch />
      <AppearanceSwitch />
      <Account />
    </Space>
  );
}

function LanguageSwitch() {
  const say = useTexts(appTexts);
  const { language, choose } = useLanguage();
  const items = languages.map((key) => ({ key, label: <span lang={key}>{languageNames[key]}</span>, onClick: () => choose(key) }));
  return (
    <Dropdown menu={{ items, selectedKeys: [language] }} trigger={['click']}>
      <Button type="text" icon={<GlobalOutlined />} aria-label={`${say('language')}: ${languageNames[language]}`}>
        <span className="wide">{languageNames[language]}</span>
      </Button>
    </Dropdown>
  );
}

function AppearanceSwitch() {
  const say = useTexts(appTexts);
  const { appearance, choose } = useAppearance();
  const items = appearances.map((key) => ({ key, label: say(key), onClick: () => choose(key) }));
  return (
    <Dropdown menu={{ items, selectedKeys: [appearance] }} trigger={['click']}>
      <Button type="text" icon={<BulbOutlined />} aria-label={say('appearance')} />
    </Dropdown>
  );
}

function Account() {
  const say = useTexts(appTexts);
  const { language } = useLanguage();
  const me = useMe();
  const form = useRef<HTMLFormElement>(null);
  if (me === undefined) return null;
  if (me === null) {
    return (
      <Button type="primary" href={signInPath(language)}>
        {say('signIn')}
      </Button>
    );
  }
  const items = [
    { key: 'account', label: <Link to="/account">{say('account')}</Link> },
    { key: 'sign-out', label: say('signOut'), onClick: () => form.current?.requestSubmit() },
  ];
  return (
    <>
      <Dropdown menu={{ items }} trigger={['click']}>
        <Button type="text" icon={<UserOutlined />} aria-label={me.name}>
          <span className="wide">{me.name}</span>
        </Button>
      </Dropdown>
      <form ref={form} method="post" action="/auth/sign-out" hidden>
        <input type="hidden" name="csrf" value={me.csrfToken ?? ''} />
      </form>
    </>
  );
}
