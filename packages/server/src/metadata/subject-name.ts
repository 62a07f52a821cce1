/** SQL: what the subject of a binding, a row of this alias, is called. A robot is so as in logs: `project+name`, or its name alone. */
export function subjectName(alias: string): string {
  return `coalesce(case ${alias}.subject_kind when 'user' then (select u.name from users u where u.id = ${alias}.subject_id)
      when 'group' then (select g.name from groups g where g.id = ${alias}.subject_id)
      else (select coalesce((select rp.name from projects rp where rp.id = rb.project_id) || '+', '') || rb.name
        from robots rb where rb.id = ${alias}.subject_id) end, cast(${alias}.subject_id as text))`;
}
