import type { components } from '@longshore/api-client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Flex, Tag, Typography } from 'antd';
import { api } from '../../api/client.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { oversightTexts } from '../../i18n/oversight-texts.ts';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { Problem } from '../../widgets/problem.tsx';

/** A job, as the API answers it. */
export type Job = components['schemas']['Job'];

/** Where answers about jobs are kept. */
export const jobsKey = ['jobs'];

const colours = { queued: 'default', running: 'processing', done: 'success', failed: 'error', cancelled: 'warning' } as const;

const isState = (state: string): state is keyof typeof colours => Object.hasOwn(colours, state);

/** Whether something may still come of it. */
export function isUnderWay({ state }: Job): boolean {
  return state === 'queued' || state === 'running';
}

/** How far it is. */
export function JobState({ job: { state, cancelRequested } }: { job: Job }) {
  const say = useTexts(oversightTexts);
  if (!isState(state)) return <Tag>{state}</Tag>;
  return <Tag color={colours[state]}>{cancelRequested && state === 'running' ? say('cancelling') : say(state)}</Tag>;
}

/** What can be done about it now. */
export function JobActions({ job }: { job: Job }) {
  const say = useTexts(oversightTexts);
  const client = useQueryClient();
  const params = { path: { job: job.id } };
  const asksAgain = () => client.invalidateQueries({ queryKey: jobsKey });
  const retrying = useMutation({ mutationFn: () => api.POST('/api/v1/jobs/{job}/retry', { params }), onSettled: asksAgain });
  const cancel = async () => {
    await api.POST('/api/v1/jobs/{job}/cancel', { params });
    await asksAgain();
  };
  return (
    <Flex gap="small" justify="end" wrap>
      {retrying.error && <Problem error={retrying.error} />}
      {(job.state === 'failed' || job.state === 'cancelled') && (
        <Button size="small" loading={retrying.isPending} onClick={() => retrying.mutate()}>
          {say('retry')}
        </Button>
      )}
      {isUnderWay(job) && !job.cancelRequested && (
        <ConfirmButton label={say('cancel')} title={say('cancelTitle', { id: job.id })} onConfirm={cancel}>
          {say('cancelLoses')}
        </ConfirmButton>
      )}
    </Flex>
  );
}

/** What it says of itself: why it failed, how far it is, and its lines. */
export function JobDetail({ job }: { job: Job }) {
  const say = useTexts(oversightTexts);
  const { language } = useLanguage();
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });
  return (
    <Flex vertical gap="small">
      {job.failure !== undefined && <Alert type="error" showIcon title={job.failure} />}
      <Typography.Text type="secondary">
        {say('attempts')}: {job.attempts}
      </Typography.Text>
      {job.progress !== undefined && <code className="admin-wrap">{JSON.stringify(job.progress)}</code>}
      <Typography.Text strong>{say('log')}</Typography.Text>
      {job.log.length === 0 && <Typography.Text type="secondary">{say('noLog')}</Typography.Text>}
      {job.log.map(({ at, text }, line) => (
        <div key={line} className="admin-wrap">
          <Typography.Text type="secondary">{time.format(new Date(at))}</Typography.Text> {text}
        </div>
      ))}
    </Flex>
  );
}
