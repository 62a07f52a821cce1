import { DeleteOutlined, DiffOutlined, HistoryOutlined } from '@ant-design/icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Checkbox, Flex, Select, Tooltip, Typography } from 'antd';
import { useState } from 'react';
import { imageText } from '../../api/image-name.ts';
import { useMe } from '../../api/session.ts';
import { useTexts } from '../../i18n/language.tsx';
import { repositoryTexts } from '../../i18n/repository-texts.ts';
import { DigestText } from '../../widgets/digest-text.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { PushCommands } from '../../widgets/push-commands.tsx';
import { RightButton, useRightIn } from '../../widgets/rights.tsx';
import { SearchField } from '../../widgets/search-field.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { type VirtualColumn, VirtualTable } from '../../widgets/virtual-table.tsx';
import { DeleteTag } from './delete-tag.tsx';
import { ImagePlatforms } from './image-facts.tsx';
import { type Tag, type TagSort, tagsQuery } from './queries.ts';
import type { RepositorySearch } from './repository-search.ts';

interface TagListProps {
  readonly repository: string;
  readonly prefix: string | undefined;
  readonly sort: TagSort;
  readonly onFilter: (filter: Pick<RepositorySearch, 'prefix' | 'sort'>) => void;
  readonly onHistory: (tag: string) => void;
}

/** Every tag of a repository, however many. */
export function TagList({ repository, prefix, sort, onFilter, onHistory }: TagListProps) {
  const say = useTexts(repositoryTexts);
  const [deleted, setDeleted] = useState<Tag>();
  const query = useInfiniteQuery(tagsQuery(repository, { prefix, sort }));
  const [chosen, setChosen] = useState<readonly Tag[]>([]);
  const columns = useTagColumns({ repository, onHistory, onDelete: setDeleted, chosen, onChoose: setChosen });
  return (
    <Flex vertical gap="middle">
      <Flex wrap gap="small" justify="space-between">
        <Filters {...{ prefix, sort, onFilter }} />
        <CompareChosen repository={repository} chosen={chosen} />
      </Flex>
      <VirtualTable
        label={say('tags')}
        columns={columns}
        query={query}
        keyOf={({ name }) => name}
        minWidth={1016}
        empty={
          prefix === undefined ? (
            <EmptyState title={say('noTags')}>
              <PushCommands repository={repository} />
            </EmptyState>
          ) : (
            <Typography.Text>{say('noMatch', { text: prefix })}</Typography.Text>
          )
        }
      />
      {deleted === undefined ? null : (
        <DeleteTag
          repository={repository}
          tag={deleted}
          onDeleted={() => setChosen(chosen.filter(({ name }) => name !== deleted.name))}
          onClose={() => setDeleted(undefined)}
        />
      )}
    </Flex>
  );
}

function Filters({ prefix, sort, onFilter }: Pick<TagListProps, 'prefix' | 'sort' | 'onFilter'>) {
  const say = useTexts(repositoryTexts);
  const find = (text: string) => {
    // Beginnings go with the order by name: the list is then a range of an index.
    const wanted = text.trim();
    onFilter(wanted === '' ? (sort === 'name' ? {} : { sort }) : { prefix: wanted });
  };
  return (
    <Flex wrap gap="small">
      <SearchField label={say('findTag')} value={prefix ?? ''} onSearch={find} style={{ width: 300, maxWidth: '100%' }} />
      <Select
        aria-label={say('sort')}
        value={sort}
        onChange={(wanted) => onFilter(wanted === 'name' ? {} : { sort: wanted })}
        options={[
          { value: 'name' as const, label: say('byName') },
          { value: '-updatedAt' as const, label: say('byUpdate') },
        ]}
        style={{ minWidth: 180 }}
      />
    </Flex>
  );
}

/** Two tags are compared, the older with the newer. */
function CompareChosen({ repository, chosen }: { repository: string; chosen: readonly Tag[] }) {
  const say = useTexts(repositoryTexts);
  const me = useMe();
  const navigate = useNavigate();
  const [from, to] = chosen.toSorted((left, right) => Date.parse(left.updatedAt) - Date.parse(right.updatedAt));
  if (!me) return null;
  const compare = () => {
    if (from === undefined || to === undefined) return;
    const textOf = ({ name }: Tag) => imageText({ repository, reference: name });
    void navigate({ to: '/compare', search: { from: textOf(from), to: textOf(to) } });
  };
  return (
    <Tooltip title={say(to === undefined ? 'chooseTwo' : 'compareTwo')}>
      <Button icon={<DiffOutlined />} disabled={to === undefined} onClick={compare}>
        {say('compare')}
      </Button>
    </Tooltip>
  );
}

interface TagActionsProps {
  readonly repository: string;
  readonly tag: Tag;
  readonly onHistory: (tag: string) => void;
  readonly onDelete: (tag: Tag) => void;
}

function TagActions({ repository, tag, onHistory, onDelete }: TagActionsProps) {
  const say = useTexts(repositoryTexts);
  const me = useMe();
  const mayDelete = useRightIn({ repository }, 'delete');
  return (
    <>
      <Tooltip title={say('history')}>
        <Button
          type="text"
          icon={<HistoryOutlined />}
          aria-label={say('historyOf', { tag: tag.name })}
          onClick={() => onHistory(tag.name)}
        />
      </Tooltip>
      {me && (
        <RightButton
          right={mayDelete}
          type="text"
          danger
          icon={<DeleteOutlined />}
          title={mayDelete.allowed === true ? say('deleteTag') : undefined}
          aria-label={say('deleteTagTitle', { tag: tag.name })}
          onClick={() => onDelete(tag)}
        />
      )}
    </>
  );
}

interface TagColumnsProps extends Omit<TagActionsProps, 'tag'> {
  /** Those that are chosen to be compared: two at most. */
  readonly chosen: readonly Tag[];
  readonly onChoose: (chosen: readonly Tag[]) => void;
}

function useTagColumns({ repository, onHistory, onDelete, ...choice }: TagColumnsProps): VirtualColumn<Tag>[] {
  const say = useTexts(repositoryTexts);
  const me = useMe();
  return [
    ...(me
      ? [
          {
            key: 'choose',
            title: <DiffOutlined aria-label={say('compare')} />,
            width: '24px',
            cell: (tag: Tag) => <ChooseTag tag={tag} {...choice} />,
          },
        ]
      : []),
    {
      key: 'name',
      title: say('tag'),
      width: 'minmax(120px, 2fr)',
      cell: ({ name }) => (
        <Link to="/repositories/$repository/images/$reference" params={{ repository, reference: name }} title={name}>
          {name}
        </Link>
      ),
    },
    { key: 'digest', title: say('digest'), width: '204px', cell: ({ digest }) => <DigestText digest={digest} /> },
    {
      key: 'platforms',
      title: say('platforms'),
      width: 'minmax(220px, 2fr)',
      cell: (tag) => <ImagePlatforms repository={repository} digest={tag.digest} />,
    },
    { key: 'updated', title: say('updated'), width: '112px', cell: ({ updatedAt }) => <TimeAgo at={updatedAt} /> },
    {
      key: 'pulled',
      title: say('pulled'),
      width: '112px',
      cell: ({ lastPulledAt }) => (lastPulledAt === undefined ? say('never') : <TimeAgo at={lastPulledAt} />),
    },
    {
      key: 'actions',
      title: say('actions'),
      width: '88px',
      align: 'end',
      cell: (tag) => <TagActions {...{ repository, tag, onHistory, onDelete }} />,
    },
  ];
}

function ChooseTag({ tag, chosen, onChoose }: { tag: Tag } & Pick<TagColumnsProps, 'chosen' | 'onChoose'>) {
  const say = useTexts(repositoryTexts);
  const others = chosen.filter(({ name }) => name !== tag.name);
  const isChosen = others.length < chosen.length;
  return (
    <Checkbox
      aria-label={say('chooseTag', { tag: tag.name })}
      checked={isChosen}
      // Of three, the one that was chosen first is let go.
      onChange={() => onChoose(isChosen ? others : [...others.slice(-1), tag])}
    />
  );
}
