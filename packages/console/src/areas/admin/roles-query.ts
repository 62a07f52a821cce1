import { queryOptions } from '@tanstack/react-query';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';

/** The roles of the registry. */
export const rolesQuery = queryOptions({
  queryKey: ['roles', 'all'],
  queryFn: async () => (await bodyOf(api.GET('/api/v1/roles', { params: { query: { limit: 200 } } }))).items,
});
