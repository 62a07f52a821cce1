import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { App, Button, Flex, Timeline, Typography } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { imageText } from '../../api/image-name.ts';
import { useMe } from '../../api/session.ts';
import { useTexts } from '../../i18n/language.tsx';
import { repositoryTexts } from '../../i18n/repository-texts.ts';
import { actorName } from '../../widgets/actor-name.ts';
import { Dialog, SidePanel } from '../../widgets/dialog.tsx';
import { shortDigest } from '../../widgets/digest-text.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { type Right, RightButton, useRightIn } from '../../widgets/rights.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { Waiting } from '../../widgets/waiting.tsx';
import { type TagChange, tagHistoryQuery } from './queries.ts';

/** What a tag pointed at, with a way back to each of it. */
export function TagHistory({ repository, tag, onClose }: { repository: string; tag: string; onClose: () => void }) {
  const say = useTexts(repositoryTexts);
  const [chosen, setChosen] = useState<string>();
  const right = useRightIn({ repository }, 'update');
  const query = useInfiniteQuery(tagHistoryQuery(repository, tag));
  const changes = query.data?.pages.flatMap((page) => page?.items ?? []) ?? [];
  const now = changes[0]?.to;
  return (
    <SidePanel title={say('historyOf', { tag })} onClose={onClose}>
      <Flex vertical gap="large">
        <Typography.Text type="secondary">{say('historyHelp')}</Typography.Text>
        {query.error === null ? null : <Problem error={query.error} onRetry={() => void query.refetch()} />}
        {query.isPending ? <Waiting /> : null}
        {query.data !== undefined && changes.length === 0 ? <EmptyState title={say('noHistory')} /> : null}
        <Timeline
          items={changes.map((change, index) => ({
            key: change.id,
            color: change.to === undefined ? 'red' : index === 0 ? 'green' : 'gray',
            content: <Change {...{ repository, change, isNow: index === 0, now, right }} onRollBack={setChosen} />,
          }))}
        />
        {query.hasNextPage ? (
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {say('more')}
          </Button>
        ) : null}
      </Flex>
      {chosen === undefined ? null : <RollBack {...{ repository, tag, digest: chosen }} onClose={() => setChosen(undefined)} />}
    </SidePanel>
  );
}

function Change(props: {
  repository: string;
  change: TagChange;
  isNow: boolean;
  now: string | undefined;
  right: Right;
  onRollBack: (digest: string) => void;
}) {
  const say = useTexts(repositoryTexts);
  const me = useMe();
  const { repository, change, isNow, now, right, onRollBack } = props;
  const { from, to, by, at } = change;
  const digest = to ?? from;
  return (
    <Flex vertical gap={4}>
      <span>
        {to === undefined ? say('deletedTag') : say(from === undefined ? 'createdAt' : 'movedTo', { to: '' })}{' '}
        {digest === undefined ? null : (
          <Link to="/repositories/$repository/images/$reference" params={{ repository, reference: digest }}>
            <code>{shortDigest(digest)}</code>
          </Link>
        )}
        {isNow && to !== undefined ? <Typography.Text type="success"> {say('now')}</Typography.Text> : null}
      </span>
      <Typography.Text type="secondary">
        <TimeAgo at={at} />
        {by === undefined ? '' : ` · ${say('updatedBy', { name: actorName(by) })}`}
        {to !== undefined && from !== undefined ? ` · ${say('from', { from: shortDigest(from) })}` : ''}
      </Typography.Text>
      <Flex wrap gap="small" align="center">
        {me && digest !== undefined && digest !== now ? (
          <RightButton right={right} size="small" onClick={() => onRollBack(digest)}>
            {say('rollBack')}
          </RightButton>
        ) : null}
        {me && from !== undefined && to !== undefined ? (
          <Link to="/compare" search={{ from: imageText({ repository, reference: from }), to: imageText({ repository, reference: to }) }}>
            {say('compareBefore')}
          </Link>
        ) : null}
      </Flex>
    </Flex>
  );
}

function RollBack({ repository, tag, digest, onClose }: { repository: string; tag: string; digest: string; onClose: () => void }) {
  const say = useTexts(repositoryTexts);
  const { message } = App.useApp();
  const client = useQueryClient();
  const to = shortDigest(digest);
  const restoring = useMutation({
    mutationFn: () =>
      api.POST('/api/v1/repositories/{repository}/tags/{tag}/restore', { params: { path: { repository, tag } }, body: { digest } }),
    onSuccess: () => {
      void client.resetQueries({ queryKey: ['tag-history', repository, tag] });
      void client.resetQueries({ queryKey: ['tags', repository] });
      void client.invalidateQueries({ queryKey: ['image', repository] });
      void message.success(say('rolledBack', { tag, to }));
      onClose();
    },
  });
  return (
    <Dialog
      title={say('rollBackTitle', { tag })}
      okText={say('rollBack')}
      confirmLoading={restoring.isPending}
      onOk={() => restoring.mutate()}
      onCancel={onClose}
    >
      <Flex vertical gap="middle">
        {say('rollBackText', { tag, to })}
        {restoring.error === null ? null : <Problem error={restoring.error} />}
      </Flex>
    </Dialog>
  );
}
