import { useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useTexts } from '../../i18n/language.tsx';
import { webhooksTexts } from '../../i18n/webhooks-texts.ts';
import { AuditConditions } from '../../widgets/audit-conditions.tsx';
import { AuditEntries } from '../../widgets/audit-entries.tsx';
import type { AuditSearch } from '../../widgets/audit-search.ts';
import { WithRight } from '../../widgets/rights.tsx';
import { PageHead } from './page-head.tsx';
import { projectKey, useProjectName } from './project-queries.ts';
import { useRight } from './use-right.ts';

/** Who did what in a project, and who was refused. */
export function AuditPage() {
  const say = useTexts(webhooksTexts);
  return (
    <>
      <PageHead title={say('audit')} about={say('auditAbout')} />
      <WithRight right={useRight('audit')}>
        <Log />
      </WithRight>
    </>
  );
}

function Log() {
  const project = useProjectName();
  const say = useTexts(webhooksTexts);
  const navigate = useNavigate();
  const search: AuditSearch = useSearch({ from: '/projects/$project/audit' });
  const pages = usePages([...projectKey(project), 'audit', search], (at) =>
    api.GET('/api/v1/projects/{project}/audit', { params: { path: { project }, query: { ...search, ...at, limit: 50 } } }),
  );
  return (
    <>
      <AuditConditions
        search={search}
        onSearch={(next) => void navigate({ to: '/projects/$project/audit', params: { project }, search: next })}
      />
      <AuditEntries label={say('audit')} pages={pages} />
    </>
  );
}
