import { Link, type LinkProps, Outlet } from '@tanstack/react-router';
import { theme } from 'antd';
import { useLastMe } from '../../api/session.ts';
import { adminTexts } from '../../i18n/admin-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { PageHeading } from '../../widgets/page-heading.tsx';
import { Waiting } from '../../widgets/waiting.tsx';
import './admin.css';

const pages = [
  { to: '/administration', text: 'storage' },
  { to: '/administration/users', text: 'users' },
  { to: '/administration/groups', text: 'groups' },
  { to: '/administration/members', text: 'members' },
  { to: '/administration/roles', text: 'roles' },
  { to: '/administration/robots', text: 'robots' },
  { to: '/administration/quotas', text: 'quotas' },
  { to: '/administration/webhooks', text: 'webhooks' },
  { to: '/administration/jobs', text: 'jobs' },
  { to: '/administration/garbage', text: 'garbage' },
  { to: '/administration/audit', text: 'audit' },
  { to: '/administration/settings', text: 'settings' },
] as const satisfies readonly { to: LinkProps['to']; text: keyof typeof adminTexts.en }[];

/** The frame of every page about the registry as a whole, and the way to each of them. */
export function AdministrationFrame() {
  const say = useTexts(adminTexts);
  const { token } = theme.useToken();
  const me = useLastMe();
  if (me === undefined) return <Waiting />;
  if (me?.administrator !== true) {
    return (
      <>
        <PageHeading title={say('title')} />
        <EmptyState title={say('notAdministrator')} description={say('notAdministratorNext')} />
      </>
    );
  }
  return (
    <>
      <nav className="admin-tabs" aria-label={say('pages')} style={{ borderBottomColor: token.colorBorderSecondary }}>
        {pages.map(({ to, text }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: to === '/administration', includeSearch: false }}
            style={{ color: token.colorLink }}
          >
            {say(text)}
          </Link>
        ))}
      </nav>
      <Outlet />
    </>
  );
}
