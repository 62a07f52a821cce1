import { LockOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps, Outlet, useLocation } from '@tanstack/react-router';
import { Flex, Tag, theme } from 'antd';
import { useEffect, useRef } from 'react';
import { type Action, rightsQuery } from '../../api/rights.ts';
import { useTexts } from '../../i18n/language.tsx';
import { projectsTexts } from '../../i18n/projects-texts.ts';
import { Loaded } from '../../widgets/loaded.tsx';
import { PageTitle } from '../../widgets/page-title.tsx';
import { RefusedPage } from '../../widgets/refused-page.tsx';
import { type Project, projectQuery, useProjectName } from './project-queries.ts';
import './projects.css';

/** What a project has a page for, and what it takes to see it. */
const tabs = [
  { to: '/projects/$project', text: 'tab.overview', needs: 'list' },
  { to: '/projects/$project/members', text: 'tab.members', needs: 'administer' },
  { to: '/projects/$project/roles', text: 'tab.roles', needs: 'administer' },
  { to: '/projects/$project/robots', text: 'tab.robots', needs: 'administer' },
  { to: '/projects/$project/quota', text: 'tab.quota', needs: 'pull' },
  { to: '/projects/$project/tag-rules', text: 'tab.tagRules', needs: 'list' },
  { to: '/projects/$project/retention', text: 'tab.retention', needs: 'configure' },
  { to: '/projects/$project/webhooks', text: 'tab.webhooks', needs: 'configure' },
  { to: '/projects/$project/jobs', text: 'tab.jobs', needs: 'configure' },
  { to: '/projects/$project/audit', text: 'tab.audit', needs: 'audit' },
  { to: '/projects/$project/settings', text: 'tab.settings', needs: 'list' },
] as const satisfies readonly { to: LinkProps['to']; text: string; needs: Action }[];

/** What the tab of this address is called, of which that of one thing of it is a part. */
function openTab(pathname: string) {
  const [, , , page] = pathname.split('/');
  return tabs.find(({ to }) => to === `/projects/$project/${page}`)?.text ?? 'tab.overview';
}

/** The frame of every page of a project: its name, and the way to each of them. */
export function ProjectFrame() {
  const name = useProjectName();
  const found = useQuery(projectQuery(name));
  if (found.data === undefined && found.error !== null) {
    return <RefusedPage title={name} error={found.error} onRetry={() => void found.refetch()} />;
  }
  return <Loaded query={found}>{({ value }) => <Frame project={value} />}</Loaded>;
}

function Frame({ project: { name: project, visibility, environment, description } }: { project: Project }) {
  const say = useTexts(projectsTexts);
  const pathname = useLocation({ select: (location) => location.pathname });
  return (
    <>
      <div className="project-list-link">
        <Link to="/projects">{say('title')}</Link>
      </div>
      <Flex align="center" gap="small" wrap>
        <PageTitle title={project} inTab={`${say(openTab(pathname))} - ${project}`} />
        <Tag>{say(visibility)}</Tag>
        {environment && <Tag color="blue">{say(environment)}</Tag>}
      </Flex>
      {description && <p style={{ margin: '4px 0 0', maxWidth: '80ch', overflowWrap: 'anywhere' }}>{description}</p>}
      <Tabs project={project} />
      <Outlet />
    </>
  );
}

function Tabs({ project }: { project: string }) {
  const say = useTexts(projectsTexts);
  const { token } = theme.useToken();
  const rights = useQuery(rightsQuery({ project })).data;
  const pathname = useLocation({ select: (location) => location.pathname });
  const row = useRef<HTMLElement>(null);
  // Where there is no room for all, the one that is open is in sight: anew at another address, and when marks of what is refused take room.
  useEffect(() => {
    const open = row.current?.querySelector('[aria-current="page"]');
    if (row.current === null || !open) return;
    const [space, place] = [row.current.getBoundingClientRect(), open.getBoundingClientRect()];
    row.current.scrollLeft += place.left + place.width / 2 - space.left - space.width / 2;
  }, [pathname, rights]);
  return (
    <nav ref={row} className="project-tabs" aria-label={say('tabs')} style={{ borderBottomColor: token.colorBorderSecondary }}>
      {tabs.map(({ to, text, needs }) => {
        const isRefused = rights?.get(needs)?.allowed === false;
        return (
          <Link
            key={to}
            to={to}
            params={{ project }}
            activeOptions={{ exact: to === '/projects/$project' }}
            style={{ color: isRefused ? token.colorTextSecondary : token.colorLink }}
          >
            {say(text)}
            {isRefused && <LockOutlined aria-label={say('locked')} style={{ marginInlineStart: 4 }} />}
          </Link>
        );
      })}
    </nav>
  );
}
