import { Card, Flex } from 'antd';
import { type Job, JobActions, JobDetail, JobState } from './job.tsx';

/** One job that somebody waits for. `queryKey`, `project`: as of `JobActions`. */
export function JobCard({ job, queryKey, project }: { job: Job; queryKey: readonly string[]; project?: string }) {
  return (
    <Card
      size="small"
      title={`${job.name} ${job.id}`}
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
