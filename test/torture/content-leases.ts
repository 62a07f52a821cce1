import type { CrewOptions } from './crew.ts';
import type { RetainedModel } from './retained-model.ts';

/** Far beyond any clock. */
const leasedUntil = 9_000_000_000_000;

/** Holds what a tag points at, as a workload that runs it would; false when a retention may have been faster. */
export async function leaseTag({ arena, findings }: CrewOptions, model: RetainedModel, tag: string): Promise<boolean> {
  const insert = `insert into content_leases (holder, digest, expires_at) select 'workload:${model.name}', m.digest, ${leasedUntil}
    from tags t join manifests m on m.id = t.manifest_id join repositories r on r.id = t.repository_id
    where r.name = '${model.name}' and t.name = '${tag}' on conflict (holder, digest) do nothing`;
  if (!(await executed(arena.execute(insert))) || !model.leased(tag)) return false;
  findings.did('leases');
  return true;
}

/** Holds nothing of the repository any more. */
export async function releaseTags({ arena }: CrewOptions, model: RetainedModel): Promise<void> {
  model.unleased();
  await executed(arena.execute(`delete from content_leases where holder = 'workload:${model.name}'`));
}

/** False when the database was away. */
export function executed(statement: Promise<void>): Promise<boolean> {
  return statement.then(
    () => true,
    () => false,
  );
}
