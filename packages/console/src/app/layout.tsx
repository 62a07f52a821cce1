import { AppstoreOutlined, ContainerOutlined, DiffOutlined, HomeOutlined, MenuOutlined, SettingOutlined } from '@ant-design/icons';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Button, type InputRef, Layout, Menu, theme } from 'antd';
import { Suspense, useEffect, useRef, useState } from 'react';
import { useMe } from '../api/session.ts';
import { appTexts } from '../i18n/app-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { SearchField } from '../widgets/search-field.tsx';
import { Waiting } from '../widgets/waiting.tsx';
import { AccountMenu } from './account-menu.tsx';
import { ActivityBar } from './activity-bar.tsx';
import { LostConnection } from './lost-connection.tsx';
import { SessionWatch } from './session-watch.tsx';
import './layout.css';

/** The frame around every page: header with search and account, navigation, content. */
export function AppLayout() {
  const say = useTexts(appTexts);
  const { token } = theme.useToken();
  const { pathname } = useLocation();
  const [isNarrow, setNarrow] = useState(false);
  // On narrow screens it is opened on one page and closed by going to another.
  const [openOn, setOpenOn] = useState<string>();
  const isOpen = openOn === pathname;
  return (
    <Layout className="app">
      <ActivityBar />
      <SessionWatch />
      <a className="skip" href="#content">
        {say('skip')}
      </a>
      <Layout.Header className="header" style={{ background: token.colorBgContainer, borderBottomColor: token.colorBorderSecondary }}>
        {isNarrow ? (
          <Button
            type="text"
            icon={<MenuOutlined />}
            aria-label={say('navigation')}
            aria-expanded={isOpen}
            onClick={() => setOpenOn(isOpen ? undefined : pathname)}
          />
        ) : null}
        <Link to="/" className="brand" style={{ color: token.colorText }}>
          <img src="/favicon.svg" alt="" width={28} height={28} />
          Longshore
        </Link>
        <SearchBox />
        <AccountMenu />
      </Layout.Header>
      <Layout>
        <Layout.Sider
          theme="light"
          width={208}
          breakpoint="lg"
          collapsedWidth={0}
          collapsed={isNarrow && !isOpen}
          trigger={null}
          onBreakpoint={setNarrow}
        >
          <Navigation />
        </Layout.Sider>
        <Layout.Content id="content" tabIndex={-1} className="content">
          <LostConnection />
          <Suspense fallback={<Waiting />}>
            <Outlet />
          </Suspense>
        </Layout.Content>
      </Layout>
    </Layout>
  );
}

function SearchBox() {
  const say = useTexts(appTexts);
  const navigate = useNavigate();
  const field = useRef<InputRef>(null);
  const { pathname, searchStr } = useLocation();
  const query = pathname === '/search' ? (new URLSearchParams(searchStr).get('query') ?? '') : '';
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <search className="search">
      <SearchField
        ref={field}
        label={say('search')}
        value={query}
        onSearch={(text) => text !== '' && void navigate({ to: '/search', search: { query: text } })}
      />
    </search>
  );
}

/** Whether a key that is pressed there is part of a text. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));
}

function Navigation() {
  const say = useTexts(appTexts);
  const me = useMe();
  const { pathname } = useLocation();
  const [, first = ''] = pathname.split('/');
  const items = [
    { key: '', icon: <HomeOutlined />, label: <Link to="/">{say('home')}</Link> },
    { key: 'projects', icon: <AppstoreOutlined />, label: <Link to="/projects">{say('projects')}</Link> },
    { key: 'repositories', icon: <ContainerOutlined />, label: <Link to="/repositories">{say('repositories')}</Link> },
    ...(me ? [{ key: 'compare', icon: <DiffOutlined />, label: <Link to="/compare">{say('compare')}</Link> }] : []),
    ...(me?.administrator === true
      ? [{ key: 'administration', icon: <SettingOutlined />, label: <Link to="/administration">{say('administration')}</Link> }]
      : []),
  ];
  return (
    <nav>
      <Menu mode="inline" items={items} selectedKeys={[first]} />
    </nav>
  );
}
