import { api } from '../../api/client.ts';
import { type Pages, usePages } from '../../api/pages.ts';
import { isUnderWay, type Job } from '../../widgets/job.tsx';
import { projectKey, useProjectName } from './project-queries.ts';

/** The jobs of the project, newest first; while anything goes on, they are asked for again. */
export function useProjectJobs(): Pages<Job> {
  const project = useProjectName();
  return usePages<Job>(
    [...projectKey(project), 'jobs'],
    (at) => api.GET('/api/v1/projects/{project}/jobs', { params: { path: { project }, query: { ...at, limit: 20 } } }),
    isUnderWay,
  );
}
