import { FileOutlined, FolderOutlined, LinkOutlined, StopOutlined } from '@ant-design/icons';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Breadcrumb, Button, Flex, Progress, Select, Typography } from 'antd';
import type { ReactNode } from 'react';
import type { Part } from '../../api/manifest-content.ts';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { shortDigest } from '../../widgets/digest-text.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { SizeText } from '../../widgets/size-text.tsx';
import { type VirtualColumn, VirtualTable } from '../../widgets/virtual-table.tsx';
import { visibleText } from '../../widgets/visible-text.ts';
import { Waiting } from '../../widgets/waiting.tsx';
import { type FileEntry, type FileTree, filesQuery, readingQuery } from './file-queries.ts';
import { FileView } from './file-view.tsx';
import type { ImageSearch } from './image-search.ts';

interface FileBrowserProps {
  readonly repository: string;
  readonly digest: string;
  readonly layers: readonly Part[];
  /** Where one is: which layer, directory and file. */
  readonly place: Pick<ImageSearch, 'layer' | 'path' | 'file'>;
  readonly onMove: (place: Pick<ImageSearch, 'layer' | 'path' | 'file'>) => void;
}

/** What is in an image, or in one layer of it. */
export function FileBrowser({ repository, digest, layers, place, onMove }: FileBrowserProps) {
  const say = useTexts(imageTexts);
  const { layer, path = '', file } = place;
  const tree: FileTree = { repository, digest: layer ?? digest, kind: layer === undefined ? 'image' : 'layer' };
  const reading = useQuery(readingQuery(tree));
  const inLayer = layer === undefined ? {} : { layer };
  const goTo = (directory: string) => onMove({ ...inLayer, ...(directory !== '' && { path: directory }) });
  const options = layers.map(({ digest: value }, index) => ({
    value,
    label: `${say('layerNumber', { number: index + 1 })} · ${shortDigest(value)}`,
  }));
  return (
    <Flex vertical gap="middle">
      <Flex wrap gap="middle" align="center">
        <Select
          aria-label={say('layer')}
          value={layer ?? ''}
          onChange={(value) => onMove(value === '' ? {} : { layer: value })}
          options={[{ value: '', label: say('wholeImage') }, ...options]}
          style={{ minWidth: 260 }}
        />
        <Trail path={path} onGo={goTo} />
      </Flex>
      {reading.error === null ? null : <Problem error={reading.error} onRetry={() => void reading.refetch()} />}
      {reading.data === undefined ? reading.error === null ? <Waiting /> : null : null}
      {reading.data ? <Reading {...reading.data} /> : null}
      {reading.data === null ? (
        <Directory
          tree={tree}
          path={path}
          onGo={goTo}
          onFile={(name) => onMove({ ...inLayer, ...(path !== '' && { path }), file: name })}
        />
      ) : null}
      {file === undefined || reading.data !== null ? null : <FileView tree={tree} path={file} onClose={() => goTo(path)} />}
    </Flex>
  );
}

function Reading({ readBytes, sizeBytes }: { readBytes: number; sizeBytes: number }) {
  const say = useTexts(imageTexts);
  return (
    <Flex vertical role="status" style={{ maxWidth: 480 }}>
      {say('reading')}
      <Progress percent={sizeBytes === 0 ? 0 : Math.floor((readBytes / sizeBytes) * 100)} aria-label={say('reading')} />
    </Flex>
  );
}

function Trail({ path, onGo }: { path: string; onGo: (directory: string) => void }) {
  const names = path === '' ? [] : path.split('/');
  const steps = [{ name: '/', to: '' }, ...names.map((name, index) => ({ name, to: names.slice(0, index + 1).join('/') }))];
  return (
    <Breadcrumb
      separator=">"
      items={steps.map(({ name, to }) => ({
        key: to,
        title: (
          <Button type="link" size="small" style={{ paddingInline: 0 }} onClick={() => onGo(to)}>
            {visibleText(name)}
          </Button>
        ),
      }))}
    />
  );
}

interface DirectoryProps {
  readonly tree: FileTree;
  readonly path: string;
  readonly onGo: (directory: string) => void;
  readonly onFile: (path: string) => void;
}

function Directory({ tree, path, onGo, onFile }: DirectoryProps) {
  const say = useTexts(imageTexts);
  const query = useInfiniteQuery(filesQuery(tree, path));
  const columns: VirtualColumn<FileEntry>[] = [
    { key: 'name', title: say('name'), width: 'minmax(220px, 3fr)', cell: (entry) => <Name {...{ entry, onGo, onFile }} /> },
    {
      key: 'size',
      title: say('size'),
      width: '110px',
      align: 'end',
      cell: ({ kind, sizeBytes }) => (kind === 'file' || kind === 'hardlink' ? <SizeText bytes={sizeBytes} /> : null),
    },
    { key: 'mode', title: say('mode'), width: '72px', cell: ({ mode }) => <code>{mode}</code> },
    { key: 'owner', title: say('owner'), width: '100px', cell: ({ uid, gid }) => `${uid}:${gid}` },
    ...(tree.kind === 'layer'
      ? []
      : [
          {
            key: 'layer',
            title: say('layer'),
            width: '180px',
            cell: ({ layer }: FileEntry) => (layer === undefined ? null : <code title={layer}>{shortDigest(layer)}</code>),
          },
        ]),
  ];
  return (
    <VirtualTable
      key={`${tree.digest} ${path}`}
      label={say('files')}
      columns={columns}
      query={query}
      keyOf={(entry) => entry.path}
      rowHeight={40}
      minWidth={680}
      empty={<EmptyState title={say('emptyDirectory')} />}
    />
  );
}

function Name({ entry, onGo, onFile }: { entry: FileEntry } & Pick<DirectoryProps, 'onGo' | 'onFile'>) {
  const say = useTexts(imageTexts);
  const { kind, path } = entry;
  const name = visibleText(entry.name);
  const target = entry.target === undefined ? undefined : visibleText(entry.target);
  const button = (icon: ReactNode, go: () => void) => (
    <Button type="link" size="small" icon={icon} style={{ paddingInline: 0 }} onClick={go}>
      {name}
    </Button>
  );
  if (kind === 'directory') return button(<FolderOutlined aria-hidden />, () => onGo(path));
  if (kind === 'file' || kind === 'hardlink') return button(<FileOutlined aria-hidden />, () => onFile(path));
  return (
    <span title={target === undefined ? name : `${name} → ${target}`}>
      {kind === 'whiteout' ? <StopOutlined aria-label={say('removed')} /> : <LinkOutlined aria-hidden />}{' '}
      {kind === 'whiteout' ? <Typography.Text delete>{name}</Typography.Text> : name}
      {target === undefined ? '' : ` → ${target}`}
    </span>
  );
}
