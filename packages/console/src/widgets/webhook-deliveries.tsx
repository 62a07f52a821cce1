import type { components } from '@longshore/api-client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Flex, Segmented, Tag } from 'antd';
import { useState } from 'react';
import { bodyOf } from '../api/answer.ts';
import { type Page, usePages } from '../api/pages.ts';
import { useRegistryWords, useTexts } from '../i18n/language.tsx';
import { webhooksTexts } from '../i18n/webhooks-texts.ts';
import { CodeBlock } from './code-block.tsx';
import { EmptyState } from './empty-state.tsx';
import { Loaded } from './loaded.tsx';
import { Problem } from './problem.tsx';
import { RecordTable } from './record-table.tsx';
import { TimeAgo } from './time-ago.tsx';

type Delivery = components['schemas']['WebhookDelivery'];

const states = ['all', 'pending', 'delivered', 'failed'] as const;
const colours = { pending: 'blue', delivered: 'green', failed: 'red' } as const;

/** Where the deliveries of a webhook are asked for: of a project, or of the registry. */
export interface DeliverySource {
  /** Below it answers are remembered. */
  readonly key: readonly string[];
  readonly list: (query: { cursor?: string; limit: number; state?: Delivery['state'] }) => Promise<{ data?: Page<Delivery> }>;
  readonly find: (delivery: string) => Promise<{ data?: components['schemas']['LoggedWebhookDelivery'] }>;
  readonly replay: (delivery: string) => Promise<unknown>;
}

/** What is or was on its way to a webhook; a row opens to what was sent and answered. */
export function WebhookDeliveries({ of }: { of: DeliverySource }) {
  const say = useTexts(webhooksTexts);
  const [state, setState] = useState<(typeof states)[number]>('all');
  const pages = usePages<Delivery>(
    [...of.key, 'deliveries', state],
    (at) => of.list({ ...at, limit: 20, ...(state !== 'all' && { state }) }),
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
        expanded={({ id }) => <DeliveryLog of={of} delivery={id} />}
        empty={<EmptyState title={say('noDeliveries')} description={say('noDeliveriesNext')} />}
        columns={[
          { key: 'at', title: say('at'), render: ({ createdAt }) => <TimeAgo at={createdAt} /> },
          { key: 'type', title: say('event'), render: ({ type }) => <code>{type}</code> },
          { key: 'state', title: say('state'), render: ({ state: now }) => <Tag color={colours[now]}>{say(now)}</Tag> },
          { key: 'status', title: say('answer'), render: ({ status }) => status },
          { key: 'attempts', title: say('attempts'), align: 'end', render: ({ attempts }) => attempts },
          { key: 'next', title: say('nextAttempt'), render: ({ nextAttemptAt }) => nextAttemptAt && <TimeAgo at={nextAttemptAt} /> },
          { key: 'do', title: '', align: 'end', render: ({ id }) => <Replay of={of} delivery={id} /> },
        ]}
      />
    </Flex>
  );
}

function Replay({ of, delivery }: { of: DeliverySource; delivery: string }) {
  const say = useTexts(webhooksTexts);
  const client = useQueryClient();
  const replay = useMutation({
    mutationFn: () => of.replay(delivery),
    onSuccess: () => client.invalidateQueries({ queryKey: of.key }),
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

function DeliveryLog({ of, delivery }: { of: DeliverySource; delivery: string }) {
  const say = useTexts(webhooksTexts);
  const words = useRegistryWords();
  const found = useQuery({ queryKey: [...of.key, 'delivery', delivery], queryFn: () => bodyOf(of.find(delivery)) });
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
              {error !== undefined && <CodeBlock text={words(error).text} label={say('error')} />}
            </Flex>
          ))}
        </Flex>
      )}
    </Loaded>
  );
}
