/** Whether the content lease `l` holds what a repository has: it is of the repository's project, or of none in particular. */
export function isLeaseOf(repositoryId: string): string {
  return `(l.project_id is null or l.project_id = (select lr.project_id from repositories lr where lr.id = ${repositoryId}))`;
}
