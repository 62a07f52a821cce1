import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { App, Button } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { registryNow } from '../../api/registry-clock.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { repositoryTexts } from '../../i18n/repository-texts.ts';
import { Dialog } from '../../widgets/dialog.tsx';
import { shortDigest } from '../../widgets/digest-text.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { type VirtualColumn, VirtualTable } from '../../widgets/virtual-table.tsx';
import { type Promotion, promotionsQuery } from './queries.ts';

/** What was promoted into a repository; each can be undone for a while. */
export function PromotionList({ repository }: { repository: string }) {
  const say = useTexts(repositoryTexts);
  const [chosen, setChosen] = useState<Promotion>();
  const query = useInfiniteQuery(promotionsQuery(repository));
  const columns: VirtualColumn<Promotion>[] = [
    {
      key: 'tag',
      title: say('tag'),
      width: 'minmax(120px, 1fr)',
      cell: ({ to }) => (
        <Link to="/repositories/$repository/images/$reference" params={{ repository, reference: to.tag }}>
          {to.tag}
        </Link>
      ),
    },
    {
      key: 'digest',
      title: say('digest'),
      width: '180px',
      cell: ({ digest }) => (
        <Link to="/repositories/$repository/images/$reference" params={{ repository, reference: digest }}>
          <code title={digest}>{shortDigest(digest)}</code>
        </Link>
      ),
    },
    {
      key: 'from',
      title: say('source'),
      width: 'minmax(160px, 2fr)',
      cell: ({ from }) => (from.repository === undefined ? '—' : `${from.repository}${from.tag === undefined ? '' : `:${from.tag}`}`),
    },
    { key: 'at', title: say('updated'), width: '120px', cell: ({ at }) => <TimeAgo at={at} /> },
    {
      key: 'undo',
      title: say('actions'),
      width: '120px',
      align: 'end',
      cell: (promotion) => {
        if (promotion.state === 'undone') return say('undoneAlready');
        if (Date.parse(promotion.undoUntil) < registryNow()) return null;
        return <Button onClick={() => setChosen(promotion)}>{say('undo')}</Button>;
      },
    },
  ];
  return (
    <>
      <VirtualTable
        label={say('promotions')}
        columns={columns}
        query={query}
        keyOf={({ id }) => id}
        minWidth={780}
        empty={<EmptyState title={say('noPromotions')} />}
      />
      {chosen === undefined ? null : <Undo repository={repository} promotion={chosen} onClose={() => setChosen(undefined)} />}
    </>
  );
}

function Undo({ repository, promotion, onClose }: { repository: string; promotion: Promotion; onClose: () => void }) {
  const say = useTexts(repositoryTexts);
  const { language } = useLanguage();
  const { message } = App.useApp();
  const client = useQueryClient();
  const undoing = useMutation({
    mutationFn: async () => (await api.POST('/api/v1/promotions/{promotion}/undo', { params: { path: { promotion: promotion.id } } })).data,
    onSuccess: (answer) => {
      for (const key of ['promotions', 'tags', 'tag-history']) void client.resetQueries({ queryKey: [key, repository] });
      void client.invalidateQueries({ queryKey: ['image', repository] });
      void message.success(say('undone', { tags: answer?.undone ?? [] }));
      onClose();
    },
  });
  const until = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(promotion.undoUntil));
  return (
    <Dialog
      title={say('undoTitle')}
      okText={say('undo')}
      confirmLoading={undoing.isPending}
      onOk={() => undoing.mutate()}
      onCancel={onClose}
    >
      <p>{say('undoText')}</p>
      <p>{say('undoUntil', { until })}</p>
      {undoing.error === null ? null : <Problem error={undoing.error} />}
    </Dialog>
  );
}
