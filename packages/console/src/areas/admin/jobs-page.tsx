import { Link } from '@tanstack/react-router';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useTexts } from '../../i18n/language.tsx';
import { oversightTexts } from '../../i18n/oversight-texts.ts';
import { isUnderWay, type Job } from '../../widgets/job.tsx';
import { JobList } from '../../widgets/job-list.tsx';
import type { RecordColumn } from '../../widgets/record-table.tsx';
import { About } from './about.tsx';
import { jobsKey } from './jobs-key.ts';

/** What waits, runs and has ended; while anything goes on, it is asked again. */
export function JobsPage() {
  const say = useTexts(oversightTexts);
  const pages = usePages<Job>(jobsKey, (at) => api.GET('/api/v1/jobs', { params: { query: { ...at, limit: 50 } } }), isUnderWay);
  const place: RecordColumn<Job> = {
    key: 'project',
    title: say('project'),
    render: ({ project }) =>
      project !== undefined && (
        <Link to="/projects/$project/jobs" params={{ project }}>
          {project}
        </Link>
      ),
  };
  return (
    <>
      <About title={say('jobs')} about={say('jobsAbout')} />
      <JobList pages={pages} queryKey={jobsKey} place={place} />
    </>
  );
}
