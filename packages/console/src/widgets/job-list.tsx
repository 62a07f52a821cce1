import type { Pages } from '../api/pages.ts';
import { jobsTexts } from '../i18n/jobs-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { actorName } from './actor-name.ts';
import { EmptyState } from './empty-state.tsx';
import { type Job, JobActions, JobDetail, JobState } from './job.tsx';
import { useJobName } from './job-name.ts';
import { type RecordColumn, RecordTable } from './record-table.tsx';
import { TimeAgo } from './time-ago.tsx';

/** Jobs, each with what it says of itself and what can be done about it. `queryKey`, `project`: as of `JobActions`; `place`: where each is, if it differs. */
export function JobList({
  pages,
  queryKey,
  project,
  place,
}: {
  pages: Pages<Job>;
  queryKey: readonly string[];
  project?: string;
  place?: RecordColumn<Job>;
}) {
  const say = useTexts(jobsTexts);
  const jobName = useJobName();
  const through = project === undefined ? {} : { project };
  return (
    <RecordTable<Job>
      label={say('jobs')}
      pages={pages}
      rowKey={({ id }) => id}
      empty={<EmptyState title={say('noJobs')} description={say('noJobsNext')} />}
      expanded={(job) => <JobDetail job={job} />}
      columns={[
        { key: 'name', title: say('job'), render: jobName },
        { key: 'state', title: say('state'), render: (job) => <JobState job={job} /> },
        ...(place === undefined ? [] : [place]),
        { key: 'by', title: say('requestedBy'), render: ({ requestedBy = '' }) => actorName(requestedBy) },
        { key: 'created', title: say('created'), render: ({ createdAt }) => <TimeAgo at={createdAt} /> },
        { key: 'finished', title: say('finished'), render: ({ finishedAt }) => finishedAt !== undefined && <TimeAgo at={finishedAt} /> },
        { key: 'do', title: '', align: 'end', render: (job) => <JobActions job={job} queryKey={queryKey} {...through} /> },
      ]}
    />
  );
}
