import type { AccessRange, RoleHolder } from '../registry/ports/access.ts';

/** What an answer of `AccessStore.findAccess` is remembered under. Names hold no blank. */
export function accessKey(holder: RoleHolder | undefined, { project, low, high }: AccessRange): string {
  return `g ${holder === undefined ? 'anonymous' : `${holder.kind} ${holder.id}`} ${project ?? ''} ${low} ${high}`;
}
