import { useNavigate, useSearch } from '@tanstack/react-router';
import { Flex } from 'antd';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useTexts } from '../../i18n/language.tsx';
import { oversightTexts } from '../../i18n/oversight-texts.ts';
import { AuditConditions } from '../../widgets/audit-conditions.tsx';
import { AuditEntries } from '../../widgets/audit-entries.tsx';
import type { AuditSearch } from '../../widgets/audit-search.ts';
import { ExportLink } from '../../widgets/export-link.tsx';
import { About } from './about.tsx';

/** What was done and refused, searched on the server. */
export function AuditPage() {
  const say = useTexts(oversightTexts);
  const navigate = useNavigate();
  const search: AuditSearch = useSearch({ from: '/administration/audit' });
  const pages = usePages(['audit', search], (at) => api.GET('/api/v1/audit', { params: { query: { ...search, ...at, limit: 50 } } }));
  const query = new URLSearchParams(Object.entries(search)).toString();
  return (
    <>
      <About title={say('auditTitle')} about={say('auditAbout')}>
        <Flex gap="small" wrap>
          <ExportLink href={`/api/v1/audit/export/csv?${query}`}>{say('exportCsv')}</ExportLink>
          <ExportLink href={`/api/v1/audit/export/jsonl?${query}`}>{say('exportJson')}</ExportLink>
        </Flex>
      </About>
      <AuditConditions search={search} onSearch={(next) => void navigate({ to: '/administration/audit', search: next })} />
      <AuditEntries label={say('auditTitle')} pages={pages} />
    </>
  );
}
