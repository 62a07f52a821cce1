import type { components } from '@longshore/api-client';
import { Tag } from 'antd';
import type { Pages } from '../api/pages.ts';
import { auditTexts } from '../i18n/audit-texts.ts';
import { audit } from '../i18n/en/audit.ts';
import { dateTimeIn } from '../i18n/formats.ts';
import { useLanguage, useTexts } from '../i18n/language.tsx';
import { EmptyState } from './empty-state.tsx';
import { RecordTable } from './record-table.tsx';
import { RegistryText } from './registry-text.tsx';
import './audit.css';

type Entry = components['schemas']['AuditEntry'];

type ResourceKind = keyof typeof audit extends infer Key ? (Key extends `kind.${infer Kind}` ? Kind : never) : never;

/** Whether entries about such a thing have a name for it here; a newer registry may bring others. */
const isResourceKind = (kind: string): kind is ResourceKind => Object.hasOwn(audit, `kind.${kind}`);

/** What was done and refused. */
export function AuditEntries({ label, pages }: { label: string; pages: Pages<Entry> }) {
  const say = useTexts(auditTexts);
  const { language } = useLanguage();
  return (
    <RecordTable<Entry>
      label={label}
      pages={pages}
      rowKey={({ id }) => id}
      empty={<EmptyState title={say('noEntries')} description={say('noEntriesNext')} />}
      expanded={(entry) => <EntryDetail entry={entry} />}
      columns={[
        { key: 'at', title: say('at'), render: ({ at }) => <time dateTime={at}>{dateTimeIn(language, at)}</time> },
        { key: 'actor', title: say('actor'), render: ({ actor }) => <span className="audit-wrap">{actor}</span> },
        {
          key: 'action',
          title: say('action'),
          render: ({ action, count }) => (
            <>
              <code>{action}</code>
              {count > 1 && ` ${say('count', { count })}`}
            </>
          ),
        },
        {
          key: 'what',
          title: say('resource'),
          render: ({ resource: { kind, name } }) => (
            <span className="audit-wrap">{`${isResourceKind(kind) ? say(`kind.${kind}`) : kind} ${name}`}</span>
          ),
        },
        {
          key: 'outcome',
          title: say('outcome'),
          render: ({ outcome }) => <Tag color={outcome === 'denied' ? 'red' : 'green'}>{say(outcome)}</Tag>,
        },
      ]}
    />
  );
}

function EntryDetail({ entry: { reason, credential, address, requestId, detail } }: { entry: Entry }) {
  const say = useTexts(auditTexts);
  const lines = [
    [say('credential'), credential],
    [say('address'), address],
    [say('request'), requestId],
    [say('detail'), Object.keys(detail).length === 0 ? undefined : JSON.stringify(detail)],
  ] as const;
  return (
    <>
      <div className="audit-wrap">
        {say('reason')}
        {say('colon')}
        <RegistryText text={reason} />
      </div>
      {lines.map(
        ([label, value]) =>
          value !== undefined && (
            <div key={label} className="audit-wrap">
              {label}
              {say('colon')}
              <code>{value}</code>
            </div>
          ),
      )}
    </>
  );
}
