import type { components } from '@longshore/api-client';
import { Flex, Tag } from 'antd';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useTexts } from '../../i18n/language.tsx';
import { rulesTexts } from '../../i18n/rules-texts.ts';
import { actorName } from '../../widgets/actor-name.ts';
import { RecordTable } from '../../widgets/record-table.tsx';
import { RegistryText } from '../../widgets/registry-text.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { projectKey, useProjectName } from './project-queries.ts';
import { newestRetention, RetentionJob } from './retention-job.tsx';
import { useProjectJobs } from './use-project-jobs.ts';

type Run = components['schemas']['RetentionRun'];

/** The run that goes on, and what those before have removed. */
export function RetentionRuns() {
  const project = useProjectName();
  const say = useTexts(rulesTexts);
  const job = newestRetention(useProjectJobs());
  // By how far the job is: a run is in the list as soon as it has begun, and has its outcome there when it has ended.
  const pages = usePages<Run>([...projectKey(project), 'retention-runs', job?.id, job?.state], (at) =>
    api.GET('/api/v1/projects/{project}/retention/runs', { params: { path: { project }, query: { ...at, limit: 20 } } }),
  );
  return (
    <Flex vertical gap="small">
      <h3 style={{ margin: 0 }}>{say('runs')}</h3>
      <RetentionJob job={job} />
      <RecordTable<Run>
        label={say('runs')}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<p>{say('noRuns')}</p>}
        columns={[
          { key: 'at', title: say('startedAt'), render: ({ startedAt }) => <TimeAgo at={startedAt} /> },
          {
            key: 'outcome',
            title: say('outcome'),
            render: ({ outcome, message }) => <Outcome outcome={outcome} message={message} />,
          },
          { key: 'removed', title: say('removed'), align: 'end', render: ({ tagsRemoved }) => tagsRemoved },
          { key: 'kept', title: say('kept'), align: 'end', render: ({ tagsKept }) => tagsKept },
          { key: 'manifests', title: say('manifests'), align: 'end', render: ({ manifestsRemoved }) => manifestsRemoved },
          { key: 'by', title: say('by'), render: ({ requestedBy }) => requestedBy && actorName(requestedBy) },
        ]}
      />
    </Flex>
  );
}

const outcomes = { done: 'green', refused: 'red', cancelled: 'gold', failed: 'red' } as const;

const isOutcome = (text: string): text is keyof typeof outcomes => Object.hasOwn(outcomes, text);

function Outcome({ outcome, message }: { outcome: string | undefined; message: string | undefined }) {
  const say = useTexts(rulesTexts);
  if (outcome === undefined) return <Tag color="blue">{say('running')}</Tag>;
  return (
    <>
      {isOutcome(outcome) ? <Tag color={outcomes[outcome]}>{say(`outcome.${outcome}`)}</Tag> : <Tag>{outcome}</Tag>}
      {outcome === 'refused' ? say('emptiesAll') : message !== undefined && <RegistryText text={message} />}
    </>
  );
}
