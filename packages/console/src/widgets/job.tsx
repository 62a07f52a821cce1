import type { components } from '@longshore/api-client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Flex, Tag, Typography } from 'antd';
import { api } from '../api/client.ts';
import { jobsTexts } from '../i18n/jobs-texts.ts';
import { useLanguage, useTexts } from '../i18n/language.tsx';
import { ConfirmButton } from './confirm-button.tsx';
import { JobProgress } from './job-progress.tsx';
import { Problem } from './problem.tsx';
import { RegistryText } from './registry-text.tsx';

/** A job, as the API answers it. */
export type Job = components['schemas']['Job'];

const colours = { queued: 'default', running: 'processing', done: 'success', failed: 'error', cancelled: 'warning' } as const;

const isState = (state: string): state is keyof typeof colours => Object.hasOwn(colours, state);

/** Whether something may still come of it. */
export function isUnderWay({ state }: Job): boolean {
  return state === 'queued' || state === 'running';
}

/** How far it is. */
export function JobState({ job: { state, cancelRequested } }: { job: Job }) {
  const say = useTexts(jobsTexts);
  if (!isState(state)) return <Tag>{state}</Tag>;
  return <Tag color={colours[state]}>{cancelRequested && state === 'running' ? say('cancelling') : say(state)}</Tag>;
}

/**
 * What can be done about it now, which makes the answers below `queryKey` old. `project`: through it, for those who have no say in the registry as
 * a whole.
 */
export function JobActions({
  job: { id, state, cancelRequested },
  queryKey,
  project,
}: {
  job: Job;
  queryKey: readonly string[];
  project?: string;
}) {
  const say = useTexts(jobsTexts);
  const client = useQueryClient();
  const asksAgain = () => client.invalidateQueries({ queryKey });
  const ask = (what: 'cancel' | 'retry') =>
    project === undefined
      ? api.POST(`/api/v1/jobs/{job}/${what}`, { params: { path: { job: id } } })
      : api.POST(`/api/v1/projects/{project}/jobs/{job}/${what}`, { params: { path: { project, job: id } } });
  const retrying = useMutation({ mutationFn: () => ask('retry'), onSettled: asksAgain });
  const cancel = async () => {
    await ask('cancel');
    await asksAgain();
  };
  return (
    <Flex gap="small" justify="end" wrap>
      {retrying.error && <Problem error={retrying.error} />}
      {(state === 'failed' || state === 'cancelled') && (
        <Button size="small" loading={retrying.isPending} onClick={() => retrying.mutate()}>
          {say('retry')}
        </Button>
      )}
      {(state === 'queued' || state === 'running') && !cancelRequested && (
        <ConfirmButton label={say('cancel')} title={say('cancelTitle', { id })} onConfirm={cancel}>
          {say('cancelLoses')}
        </ConfirmButton>
      )}
    </Flex>
  );
}

/** What it says of itself: why it failed, how far it is, and its lines. */
export function JobDetail({ job }: { job: Job }) {
  const say = useTexts(jobsTexts);
  const { language } = useLanguage();
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });
  return (
    <Flex vertical gap="small">
      {job.failure !== undefined && <Alert type="error" showIcon title={<RegistryText text={job.failure} />} />}
      <Typography.Text type="secondary">
        {say('attempts')}: {job.attempts}
      </Typography.Text>
      <JobProgress progress={job.progress} />
      <Typography.Text strong>{say('log')}</Typography.Text>
      {job.log.length === 0 && <Typography.Text type="secondary">{say('noLog')}</Typography.Text>}
      {job.log.map(({ at, text }, line) => (
        <div key={line} style={{ overflowWrap: 'anywhere' }}>
          <Typography.Text type="secondary">{time.format(new Date(at))}</Typography.Text> <RegistryText text={text} />
        </div>
      ))}
    </Flex>
  );
}
