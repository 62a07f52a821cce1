import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Flex, Segmented } from 'antd';
import { compareTexts } from '../../i18n/compare-texts.ts';
import { listIn } from '../../i18n/formats.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { SearchField } from '../../widgets/search-field.tsx';
import { SizeText } from '../../widgets/size-text.tsx';
import { type VirtualColumn, VirtualTable } from '../../widgets/virtual-table.tsx';
import { ChangeTag } from './change-tag.tsx';
import { fileChanges, type ResultView } from './compare-search.ts';
import { FileDifference } from './file-difference.tsx';
import { type ComparedFile, fileFacts, sizeOf } from './file-facts.ts';
import { type ComparisonResult, filesQuery } from './queries.ts';

interface ComparedFilesProps {
  readonly comparison: string;
  readonly counts: ComparisonResult['files'];
  readonly view: ResultView;
  readonly onView: (view: ResultView) => void;
}

/** Files that differ, however many: by kind of change, and by the beginning of their paths. */
export function ComparedFiles({ comparison, counts, view, onView }: ComparedFilesProps) {
  const say = useTexts(compareTexts);
  const { change, prefix, file } = view;
  const filter = { ...(change !== undefined && { change }), ...(prefix !== undefined && { prefix }) };
  const query = useInfiniteQuery(filesQuery(comparison, filter));
  const columns = useColumns((path) => onView({ tab: 'files', ...filter, file: path }));
  const isFiltered = change !== undefined || prefix !== undefined;
  return (
    <Flex vertical gap="middle">
      <Filters counts={counts} filter={filter} onFilter={(next) => onView({ tab: 'files', ...next })} />
      <VirtualTable
        key={JSON.stringify(filter)}
        label={say('files')}
        columns={columns}
        query={query}
        keyOf={({ path }) => path}
        rowHeight={40}
        minWidth={820}
        empty={<EmptyState title={say(isFiltered ? 'noFilesLike' : 'noFiles')} />}
      />
      {file === undefined ? null : (
        <FileDifference comparison={comparison} path={file} onClose={() => onView({ tab: 'files', ...filter })} />
      )}
    </Flex>
  );
}

type FileFilter = Pick<ResultView, 'change' | 'prefix'>;

interface FiltersProps {
  readonly counts: ComparisonResult['files'];
  readonly filter: FileFilter;
  readonly onFilter: (filter: FileFilter) => void;
}

function Filters({ counts, filter: { change, prefix }, onFilter }: FiltersProps) {
  const say = useTexts(compareTexts);
  const all = counts.added + counts.removed + counts.changed;
  const kept = prefix === undefined ? {} : { prefix };
  return (
    <Flex wrap gap="small">
      <Segmented
        aria-label={say('change')}
        value={change ?? 'all'}
        onChange={(value) => {
          const wanted = fileChanges.find((one) => one === value);
          onFilter({ ...kept, ...(wanted !== undefined && { change: wanted }) });
        }}
        options={[
          { value: 'all', label: say('withCount', { name: say('all'), count: all }) },
          ...fileChanges.map((value) => ({ value, label: say('withCount', { name: say(value), count: counts[value] }) })),
        ]}
      />
      <SearchField
        label={say('findFile')}
        value={prefix ?? ''}
        onSearch={(text) => {
          // Paths are listed without the slash that people write before them.
          const wanted = text.replace(/^\/+/, '');
          onFilter({ ...(change !== undefined && { change }), ...(wanted !== '' && { prefix: wanted }) });
        }}
        style={{ width: 300, maxWidth: '100%' }}
      />
    </Flex>
  );
}

function useColumns(onOpen: (path: string) => void): VirtualColumn<ComparedFile>[] {
  const say = useTexts(compareTexts);
  const { language } = useLanguage();
  const size = (side: ComparedFile['from']) => {
    const bytes = sizeOf(side);
    return bytes === undefined ? '–' : <SizeText bytes={bytes} />;
  };
  return [
    { key: 'change', title: say('change'), width: '112px', cell: ({ change }) => <ChangeTag change={String(change)} /> },
    {
      key: 'path',
      title: say('path'),
      width: 'minmax(280px, 4fr)',
      cell: ({ path }) => (
        <Button
          type="link"
          size="small"
          title={path}
          aria-label={say('openFile', { path })}
          style={{ paddingInline: 0 }}
          onClick={() => onOpen(path)}
        >
          {path}
        </Button>
      ),
    },
    { key: 'before', title: say('before'), width: '96px', align: 'end', cell: ({ from }) => size(from) },
    { key: 'after', title: say('after'), width: '96px', align: 'end', cell: ({ to }) => size(to) },
    {
      key: 'differs',
      title: say('differs'),
      width: 'minmax(120px, 1fr)',
      cell: (file) =>
        listIn(
          language,
          fileFacts(file)
            .filter(({ differs }) => differs)
            .map(({ name }) => say(name)),
        ),
    },
  ];
}
