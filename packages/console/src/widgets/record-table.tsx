import { Button, Flex, Table } from 'antd';
import type { ReactNode } from 'react';
import type { Pages } from '../api/pages.ts';
import { formsTexts } from '../i18n/forms-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { Problem } from './problem.tsx';
import { Waiting } from './waiting.tsx';
import './record-table.css';

/** One column: its heading, and what stands in it of a row. */
export interface RecordColumn<T> {
  readonly key: string;
  readonly title: ReactNode;
  readonly render: (row: T) => ReactNode;
  readonly align?: 'end';
}

/** The pages of a list as a table, as far as they were asked for. `empty` stands in its place when there is nothing. */
export function RecordTable<T extends object>({
  label,
  pages,
  columns,
  rowKey,
  empty,
  expanded,
}: {
  label: string;
  pages: Pages<T>;
  columns: readonly RecordColumn<T>[];
  rowKey: (row: T) => string;
  empty: ReactNode;
  /** What a row opens to. */
  expanded?: (row: T) => ReactNode;
}) {
  const say = useTexts(formsTexts);
  const rows = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  const problem = pages.error && <Problem error={pages.error} onRetry={() => void pages.refetch()} />;
  if (pages.isPending) return problem ?? <Waiting />;
  if (rows.length === 0) return problem ?? empty;
  return (
    <Flex vertical gap="small">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section className="scrolls" aria-label={label} tabIndex={0}>
        <Table<T>
          size="middle"
          pagination={false}
          dataSource={rows}
          rowKey={rowKey}
          columns={columns.map(({ key, title, render, align }) => ({
            key,
            title,
            ...(align && { align }),
            render: (_: unknown, row: T) => render(row),
          }))}
          {...(expanded && { expandable: { expandedRowRender: expanded } })}
        />
      </section>
      {problem}
      {pages.hasNextPage && (
        <Flex justify="center">
          <Button onClick={() => void pages.fetchNextPage()} loading={pages.isFetchingNextPage}>
            {say('more')}
          </Button>
        </Flex>
      )}
    </Flex>
  );
}
