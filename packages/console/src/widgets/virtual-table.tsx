import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { theme } from 'antd';
import { type CSSProperties, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Problem } from './problem.tsx';
import { Waiting } from './waiting.tsx';
import './virtual-table.css';

/** A column: its heading, its share of the width (CSS grid), and its cells. */
export interface VirtualColumn<T> {
  readonly key: string;
  readonly title: ReactNode;
  readonly width: string;
  readonly align?: 'end';
  readonly cell: (item: T) => ReactNode;
}

/** A page as lists of the API have it. */
interface ListPage<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

interface VirtualTableProps<T> {
  readonly label: string;
  readonly columns: readonly VirtualColumn<T>[];
  readonly query: UseInfiniteQueryResult<InfiniteData<ListPage<T> | undefined>>;
  readonly keyOf: (item: T) => string;
  /** What stands there instead of no rows. */
  readonly empty: ReactNode;
  readonly rowHeight?: number;
  /** Pixels below which it scrolls sideways. */
  readonly minWidth?: number;
}

/** A list of any length: pages are asked for as one scrolls, and only the rows that are seen are in the document. */
export function VirtualTable<T>({ label, columns, query, keyOf, empty, rowHeight = 52, minWidth = 720 }: VirtualTableProps<T>) {
  const items = useMemo(() => query.data?.pages.flatMap((page) => page?.items ?? []) ?? [], [query.data]);
  if (query.error !== null && items.length === 0) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <Waiting />;
  if (items.length === 0) return empty;
  return <Rows {...{ label, columns, query, keyOf, rowHeight, minWidth, items }} />;
}

function Rows<T>({
  label,
  columns,
  query,
  keyOf,
  rowHeight,
  minWidth,
  items,
}: Required<Omit<VirtualTableProps<T>, 'empty'>> & { readonly items: readonly T[] }) {
  const { token } = theme.useToken();
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY), []);
  const virtualizer = useWindowVirtualizer({ count: items.length, estimateSize: () => rowHeight, overscan: 12, scrollMargin: top });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  const { hasNextPage, isFetching, fetchNextPage, error } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching && error === null && last >= items.length - 30) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage, error, last, items.length]);
  const grid = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') };
  const colours = {
    '--rows-line': token.colorBorderSecondary,
    '--rows-ground': token.colorBgContainer,
    '--rows-head': token.colorFillAlter,
    '--rows-hover': token.colorFillTertiary,
    '--rows-width': `${minWidth}px`,
  };
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: rows of a <table> cannot be placed one by one. */}
      <div
        className="rows"
        role="table"
        aria-label={label}
        aria-rowcount={hasNextPage ? -1 : items.length + 1}
        style={colours as CSSProperties}
      >
        <HeadRow columns={columns} grid={grid} />
        {/* biome-ignore lint/a11y/useSemanticElements: as above. */}
        <div ref={body} role="rowgroup" className="rows-body" style={{ height: virtualizer.getTotalSize() }}>
          {rows.map(({ index, start }) => {
            const item = items[index];
            if (item === undefined) return null;
            const place = { ...grid, height: rowHeight, transform: `translateY(${start - top}px)` };
            return <BodyRow key={keyOf(item)} columns={columns} item={item} index={index} place={place} />;
          })}
        </div>
      </div>
      {query.isFetchingNextPage ? <Waiting /> : null}
      {query.error === null ? null : <Problem error={query.error} onRetry={() => void fetchNextPage()} />}
    </>
  );
}

const cellClass = (align: 'end' | undefined) => (align === undefined ? 'rows-cell' : `rows-cell ${align}`);

function HeadRow<T>({ columns, grid }: { columns: readonly VirtualColumn<T>[]; grid: CSSProperties }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above.
    // biome-ignore lint/a11y/useFocusableInteractive: a row of a table is no control.
    <div role="row" className="rows-row rows-head" aria-rowindex={1} style={grid}>
      {columns.map(({ key, align, title }) => (
        // biome-ignore lint/a11y/useSemanticElements: as above.
        // biome-ignore lint/a11y/useFocusableInteractive: as above.
        <div role="columnheader" key={key} className={cellClass(align)}>
          {title}
        </div>
      ))}
    </div>
  );
}

function BodyRow<T>({
  columns,
  item,
  index,
  place,
}: {
  columns: readonly VirtualColumn<T>[];
  item: T;
  index: number;
  place: CSSProperties;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: as above.
    // biome-ignore lint/a11y/useFocusableInteractive: as above.
    <div role="row" className="rows-row" aria-rowindex={index + 2} style={place}>
      {columns.map(({ key, align, cell }) => (
        // biome-ignore lint/a11y/useSemanticElements: as above.
        <div role="cell" key={key} className={cellClass(align)}>
          {cell(item)}
        </div>
      ))}
    </div>
  );
}
