import type { Action } from '../../api/rights.ts';
import { type Right, useRightIn } from '../../widgets/rights.tsx';
import { useProjectName } from './project-queries.ts';

/** What whoever looks may do in the project that the page is about. */
export function useRight(action: Action): Right {
  return useRightIn({ project: useProjectName() }, action);
}
