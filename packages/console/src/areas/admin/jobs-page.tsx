import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useTexts } from '../../i18n/language.tsx';
import { oversightTexts } from '../../i18n/oversight-texts.ts';
import { actorName } from '../../widgets/actor-name.ts';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { isUnderWay, type Job, JobActions, JobDetail, JobState } from '../../widgets/job.tsx';
import { useJobName } from '../../widgets/job-name.ts';
import { RecordTable } from '../../widgets/record-table.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { About } from './about.tsx';
import { jobsKey } from './jobs-key.ts';

/** What waits, runs and has ended; while anything goes on, it is asked again. */
export function JobsPage() {
  const say = useTexts(oversightTexts);
  const jobName = useJobName();
  const pages = usePages(jobsKey, (at) => api.GET('/api/v1/jobs', { params: { query: { ...at, limit: 50 } } }), isUnderWay);
  return (
    <>
      <About title={say('jobs')} about={say('jobsAbout')} />
      <RecordTable<Job>
        label={say('jobs')}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<EmptyState title={say('noJobs')} description={say('noJobsNext')} />}
        expanded={(job) => <JobDetail job={job} />}
        columns={[
          { key: 'name', title: say('job'), render: jobName },
          { key: 'state', title: say('state'), render: (job) => <JobState job={job} /> },
          { key: 'project', title: say('project'), render: ({ project }) => project ?? '' },
          { key: 'by', title: say('requestedBy'), render: ({ requestedBy }) => requestedBy !== undefined && actorName(requestedBy) },
          { key: 'created', title: say('created'), render: ({ createdAt }) => <TimeAgo at={createdAt} /> },
          { key: 'finished', title: say('finished'), render: ({ finishedAt }) => finishedAt !== undefined && <TimeAgo at={finishedAt} /> },
          { key: 'do', title: '', align: 'end', render: (job) => <JobActions job={job} queryKey={jobsKey} /> },
        ]}
      />
    </>
  );
}
