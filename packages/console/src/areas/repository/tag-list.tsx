import { DeleteOutlined, HistoryOutlined } from '@ant-design/icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Flex, Input, Select, Tooltip, Typography } from 'antd';
import { useState } from 'react';
import { useMe } from '../../api/session.ts';
import { useTexts } from '../../i18n/language.tsx';
import { repositoryTexts } from '../../i18n/repository-texts.ts';
import { DigestText } from '../../widgets/digest-text.tsx';
import { RightButton, useRightIn } from '../../widgets/rights.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { type VirtualColumn, VirtualTable } from '../../widgets/virtual-table.tsx';
import { DeleteTag } from './delete-tag.tsx';
import { ImagePlatforms, ImageSize } from './image-facts.tsx';
import { PushCommands } from './push-commands.tsx';
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
  const columns = useTagColumns(repository, onHistory, setDeleted);
  return (
    <Flex vertical gap="middle">
      <Filters {...{ prefix, sort, onFilter }} />
      <VirtualTable
        label={say('tags')}
        columns={columns}
        query={query}
        keyOf={({ name }) => name}
        minWidth={1020}
        empty={
          prefix === undefined ? (
            <PushCommands title={say('noTags')} repository={repository} />
          ) : (
            <Typography.Text>{say('noMatch', { text: prefix })}</Typography.Text>
          )
        }
      />
      {deleted === undefined ? null : <DeleteTag repository={repository} tag={deleted} onClose={() => setDeleted(undefined)} />}
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
      <Input.Search
        key={prefix ?? ''}
        allowClear
        defaultValue={prefix ?? ''}
        aria-label={say('findTag')}
        placeholder={say('findTag')}
        onSearch={find}
        style={{ width: 300, maxWidth: '100%' }}
      />
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

function useTagColumns(
  repository: string,
  onHistory: TagActionsProps['onHistory'],
  onDelete: TagActionsProps['onDelete'],
): VirtualColumn<Tag>[] {
  const say = useTexts(repositoryTexts);
  return [
    {
      key: 'name',
      title: say('tag'),
      width: 'minmax(140px, 2fr)',
      cell: ({ name }) => (
        <Link to="/repositories/$repository/images/$reference" params={{ repository, reference: name }} title={name}>
          {name}
        </Link>
      ),
    },
    { key: 'digest', title: say('digest'), width: '200px', cell: ({ digest }) => <DigestText digest={digest} /> },
    { key: 'size', title: say('size'), width: '84px', align: 'end', cell: (tag) => <ImageSize {...{ repository, ...tag }} /> },
    {
      key: 'platforms',
      title: say('platforms'),
      width: 'minmax(180px, 2fr)',
      cell: (tag) => <ImagePlatforms {...{ repository, ...tag }} />,
    },
    { key: 'updated', title: say('updated'), width: '104px', cell: ({ updatedAt }) => <TimeAgo at={updatedAt} /> },
    {
      key: 'pulled',
      title: say('pulled'),
      width: '104px',
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
