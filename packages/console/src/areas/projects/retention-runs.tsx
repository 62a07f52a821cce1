import type { components } from '@longshore/api-client';
import { Flex, Tag } from 'antd';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useTexts } from '../../i18n/language.tsx';
import { rulesTexts } from '../../i18n/rules-texts.ts';
import { RecordTable } from '../../widgets/record-table.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { projectKey, useProjectName } from './project-queries.ts';

/** What runs of the policy have removed. */
export function RetentionRuns() {
  const project = useProjectName();
  const say = useTexts(rulesTexts);
  const pages = usePages([...projectKey(project), 'retention-runs'], (at) =>
    api.GET('/api/v1/projects/{project}/retention/runs', { params: { path: { project }, query: { ...at, limit: 20 } } }),
  );
  return (
    <Flex vertical>
      <h3>{say('runs')}</h3>
      <RecordTable<components['schemas']['RetentionRun']>
        label={say('runs')}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<p>{say('noRuns')}</p>}
        columns={[
          { key: 'at', title: say('startedAt'), render: ({ startedAt }) => <TimeAgo at={startedAt} /> },
          {
            key: 'outcome',
            title: say('outcome'),
            render: ({ outcome, message }) => (
              <>
                <Tag color={outcome === 'done' ? 'green' : outcome === undefined ? 'blue' : 'red'}>{outcome ?? say('running')}</Tag>
                {message}
              </>
            ),
          },
          { key: 'removed', title: say('removed'), align: 'end', render: ({ tagsRemoved }) => tagsRemoved },
          { key: 'kept', title: say('kept'), align: 'end', render: ({ tagsKept }) => tagsKept },
          { key: 'manifests', title: say('manifests'), align: 'end', render: ({ manifestsRemoved }) => manifestsRemoved },
          { key: 'by', title: say('by'), render: ({ requestedBy }) => requestedBy },
        ]}
      />
    </Flex>
  );
}
