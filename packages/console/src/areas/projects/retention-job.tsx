import type { Pages } from '../../api/pages.ts';
import { isUnderWay, type Job } from '../../widgets/job.tsx';
import { JobCard } from '../../widgets/job-card.tsx';
import { projectKey, useProjectName } from './project-queries.ts';

/** The newest run that somebody or the schedule put into the queue, unless it has ended well: then it is among the runs. */
export function RetentionJob({ job }: { job: Job | undefined }) {
  const project = useProjectName();
  if (job === undefined || !(isUnderWay(job) || job.state === 'failed')) return null;
  return <JobCard job={job} queryKey={projectKey(project)} project={project} />;
}

/** The newest of a project's jobs that removes by the policy. */
export function newestRetention(jobs: Pages<Job>): Job | undefined {
  return jobs.data?.pages[0]?.items.find(({ name }) => name === 'retention');
}
