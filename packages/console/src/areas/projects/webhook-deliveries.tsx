import type { components } from '@longshore/api-client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Flex, Segmented, Tag } from 'antd';
import { useState } from 'react';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { usePages } from '../../api/pages.ts';
import { useTexts } from '../../i18n/language.tsx';
import { webhooksTexts } from '../../i18n/webhooks-texts.ts';
import { CodeBlock } from '../../widgets/code-block.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { RecordTable } from '../../widgets/record-table.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { projectKey, useProjectName } from './project-queries.ts';

type Delivery = components['schemas']['WebhookDelivery'];

const states = ['all', 'pending', 'delivered', 'failed'] as const;
const colours = { pending: 'blue', delivered: 'green', failed: 'red' } as const;

/** What is or was on its way to a webhook; a row opens to what was sent and answered. */
export function WebhookDeliveries({ webhook }: { webhook: string }) {
  const project = useProjectName();
  const say = useTexts(webhooksTexts);
  const [state, setState] = useState<(typeof states)[number]>('all');
  const path = { project, webhook };
  const pages = usePages<Delivery>(
    [...projectKey(project), 'webhook', webhook, 'deliveries', state],
    (at) => {
      const query = { ...at, limit: 20, ...(state !== 'all' && { state }) };
      return api.GET('/api/v1/projects/{project}/webhooks/{webhook}/deliveries', { params: { path, query } });
    },
    (delivery) => delivery.state === 'pending',
  );
  return (
    <Flex vertical gap="small">
      <Segmented
        aria-label={say('state')}
        value={state}
        onChange={setState}
        options={states.map((value) => ({ value, label: say(value) }))}
        style={{ alignSelf: 'start' }}
      />
      <RecordTable<Delivery>
        label={say('deliveries')}
        pages={pages}
        rowKey={({ id }) => id}
        expanded={({ id }) => <DeliveryLog webhook={webhook} delivery={id} />}
        empty={<EmptyState title={say('noDeliveries')} description={say('noDeliveriesNext')} />}
        columns={[
          { key: 'at', title: say('at'), render: ({ createdAt }) => <TimeAgo at={createdAt} /> },
          { key: 'type', title: say('event'), render: ({ type }) => <code>{type}</code> },
          { key: 'state', title: say('state'), render: ({ state: now }) => <Tag color={colours[now]}>{say(now)}</Tag> },
          { key: 'status', title: say('answer'), render: ({ status }) => status },
          { key: 'attempts', title: say('attempts'), align: 'end', render: ({ attempts }) => attempts },
          { key: 'next', title: say('nextAttempt'), render: ({ nextAttemptAt }) => nextAttemptAt && <TimeAgo at={nextAttemptAt} /> },
          { key: 'do', title: '', align: 'end', render: ({ id }) => <Replay webhook={webhook} delivery={id} /> },
        ]}
      />
    </Flex>
  );
}

function Replay({ webhook, delivery }: { webhook: string; delivery: string }) {
  const project = useProjectName();
  const say = useTexts(webhooksTexts);
  const client = useQueryClient();
  const path = { project, webhook, delivery };
  const replay = useMutation({
    mutationFn: () => bodyOf(api.POST('/api/v1/projects/{project}/webhooks/{webhook}/deliveries/{delivery}/replay', { params: { path } })),
    onSuccess: () => client.invalidateQueries({ queryKey: projectKey(project) }),
  });
  return (
    <>
      <Button size="small" loading={replay.isPending} onClick={() => replay.mutate()}>
        {say('replay')}
      </Button>
      {replay.error && <Problem error={replay.error} />}
    </>
  );
}

function DeliveryLog({ webhook, delivery }: { webhook: string; delivery: string }) {
  const project = useProjectName();
  const say = useTexts(webhooksTexts);
  const path = { project, webhook, delivery };
  const found = useQuery({
    queryKey: [...projectKey(project), 'webhook', webhook, 'delivery', delivery],
    queryFn: () => bodyOf(api.GET('/api/v1/projects/{project}/webhooks/{webhook}/deliveries/{delivery}', { params: { path } })),
  });
  return (
    <Loaded query={found}>
      {({ log }) => (
        <Flex vertical gap="middle">
          {log.length === 0 && <p>{say('notTriedYet')}</p>}
          {log.map(({ at, durationMs, status, request, answer, error }) => (
            <Flex vertical gap={4} key={at}>
              <span>
                <TimeAgo at={at} /> · {say('took', { ms: durationMs })} {status !== undefined && `· ${status}`}
              </span>
              <CodeBlock text={request} label={say('request')} />
              {answer !== undefined && <CodeBlock text={answer} label={say('answer')} />}
              {error !== undefined && <CodeBlock text={error} label={say('error')} />}
            </Flex>
          ))}
        </Flex>
      )}
    </Loaded>
  );
}
