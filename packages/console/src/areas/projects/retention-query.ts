import { ApiProblem } from '@longshore/api-client';
import { queryOptions } from '@tanstack/react-query';
import { type Versioned, versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { projectKey } from './project-queries.ts';
import type { RetentionPolicy } from './retention-terms.ts';

/** `GET /projects/{project}/retention`; null: there is no policy. */
export const retentionQuery = (project: string) =>
  queryOptions({
    queryKey: [...projectKey(project), 'retention'],
    queryFn: async (): Promise<Versioned<RetentionPolicy> | null> => {
      try {
        return await versionedOf(api.GET('/api/v1/projects/{project}/retention', { params: { path: { project } } }));
      } catch (error) {
        if (error instanceof ApiProblem && error.status === 404) return null;
        throw error;
      }
    },
  });
