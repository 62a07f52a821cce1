import type { components } from '@longshore/api-client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Flex } from 'antd';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useTexts } from '../../i18n/language.tsx';
import { oversightTexts } from '../../i18n/oversight-texts.ts';
import { actorName } from '../../widgets/actor-name.ts';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { isUnderWay, type Job } from '../../widgets/job.tsx';
import { JobCard } from '../../widgets/job-card.tsx';
import { JobProgress } from '../../widgets/job-progress.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { RegistryText } from '../../widgets/registry-text.tsx';
import { SizeText } from '../../widgets/size-text.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { About } from './about.tsx';
import { jobsKey } from './jobs-key.ts';

type Run = components['schemas']['GarbageRun'];

/** What a collection would remove, one that is begun now, and those that have ended. */
export function GarbagePage() {
  const say = useTexts(oversightTexts);
  const navigate = useNavigate();
  const { job } = useSearch({ from: '/administration/garbage' });
  const go = ({ job: begun }: { job: string }) => navigate({ to: '/administration/garbage', search: { job: begun } });
  const looking = useMutation({ mutationFn: () => bodyOf(api.POST('/api/v1/garbage/preview')), onSuccess: go });
  const collect = async () => go(await bodyOf(api.POST('/api/v1/garbage/runs')));
  const current = useGarbageJob(job);
  const pages = usePages(['garbage', 'runs'], (at) => api.GET('/api/v1/garbage/runs', { params: { query: { ...at, limit: 20 } } }));
  return (
    <>
      <About title={say('garbage')} about={say('garbageAbout')}>
        <Flex gap="small" wrap>
          <Button type="primary" loading={looking.isPending} onClick={() => looking.mutate()}>
            {say('preview')}
          </Button>
          <ConfirmButton label={say('collect')} title={say('collectTitle')} onConfirm={collect} button={{ size: 'middle' }}>
            <Losses job={current.data} />
          </ConfirmButton>
        </Flex>
      </About>
      {looking.error && <Problem error={looking.error} />}
      {job !== undefined && <Loaded query={current}>{(shown) => <JobCard job={shown} queryKey={jobsKey} />}</Loaded>}
      <h2 style={{ fontSize: 18 }}>{say('runs')}</h2>
      <RecordTable<Run>
        label={say('runs')}
        pages={pages}
        rowKey={({ id }) => id}
        empty={<EmptyState title={say('noRuns')} description={say('noRunsNext')} />}
        columns={[
          { key: 'started', title: say('started'), render: ({ startedAt }) => <TimeAgo at={startedAt} /> },
          { key: 'by', title: say('by'), render: ({ by }) => actorName(by) },
          { key: 'freed', title: say('freed'), render: ({ removed }) => <SizeText bytes={removed.bytes} /> },
          { key: 'manifests', title: say('manifests'), align: 'end', render: ({ removed }) => removed.manifests },
          { key: 'blobs', title: say('blobs'), align: 'end', render: ({ removed }) => removed.blobs },
          { key: 'uploads', title: say('uploads'), align: 'end', render: ({ removed }) => removed.uploads },
          {
            key: 'failed',
            title: say('failures'),
            render: ({ removed, failure }) => (failure === undefined ? removed.failed : <RegistryText text={failure} />),
          },
        ]}
      />
    </>
  );
}

/** What a collection takes: the figures of the preview, when somebody has just had one. */
function Losses({ job }: { job: Job | undefined }) {
  const say = useTexts(oversightTexts);
  if (job?.name !== 'garbage-preview' || job.state !== 'done') return say('collectUnseen');
  return (
    <>
      <p>{say('collectLoses')}</p>
      <JobProgress progress={job.progress} />
    </>
  );
}

/** The job that was begun here, found again by its id in the address. */
function useGarbageJob(id: string | undefined) {
  const client = useQueryClient();
  return useQuery({
    queryKey: [...jobsKey, id],
    enabled: id !== undefined,
    queryFn: async () => {
      const job = await bodyOf(api.GET('/api/v1/jobs/{job}', { params: { path: { job: id ?? '' } } }));
      if (!isUnderWay(job)) await client.invalidateQueries({ queryKey: ['garbage', 'runs'] });
      return job;
    },
    refetchInterval: ({ state }) => (state.data !== undefined && isUnderWay(state.data) ? 1000 : false),
  });
}
