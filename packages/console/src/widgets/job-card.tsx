import { Card, Flex } from 'antd';
import { type Job, JobActions, JobDetail, JobState } from './job.tsx';
import { useJobName } from './job-name.ts';

/** One job that somebody waits for. `queryKey`, `project`: as of `JobActions`. */
export function JobCard({ job, queryKey, project }: { job: Job; queryKey: readonly string[]; project?: string }) {
  const jobName = useJobName();
  return (
    <Card
      size="small"
      title={jobName(job)}
      extra={
        <Flex gap="small">
          <JobState job={job} />
          <JobActions job={job} queryKey={queryKey} {...(project !== undefined && { project })} />
        </Flex>
      }
      role="status"
    >
      <JobDetail job={job} />
    </Card>
  );
}
