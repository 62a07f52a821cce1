import { useQuery } from '@tanstack/react-query';
import { Alert, Flex, Table, Typography } from 'antd';
import { compareTexts } from '../../i18n/compare-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { SidePanel } from '../../widgets/dialog.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { SizeText } from '../../widgets/size-text.tsx';
import { Waiting } from '../../widgets/waiting.tsx';
import { ChangeTag } from './change-tag.tsx';
import { type ComparedFile, fileFacts, sizeOf } from './file-facts.ts';
import { PatchText } from './patch-text.tsx';
import { fileQuery, textQuery } from './queries.ts';

/** How one file differs: what is told of it on both sides, and its text. */
export function FileDifference({ comparison, path, onClose }: { comparison: string; path: string; onClose: () => void }) {
  const say = useTexts(compareTexts);
  const found = useQuery(fileQuery(comparison, path));
  return (
    <SidePanel title={<span className="compare-text">{path}</span>} onClose={onClose}>
      <Loaded query={found}>
        {(file) =>
          file === null ? (
            <EmptyState title={say('fileGone')} />
          ) : (
            <Flex vertical gap="middle">
              <div>
                <ChangeTag change={String(file.change)} />
              </div>
              <Facts file={file} />
              <Text comparison={comparison} file={file} />
            </Flex>
          )
        }
      </Loaded>
    </SidePanel>
  );
}

const kinds = ['file', 'directory', 'symlink', 'character-device', 'block-device', 'fifo'] as const;
const isKind = (kind = ''): kind is (typeof kinds)[number] => (kinds as readonly string[]).includes(kind);

function Facts({ file }: { file: ComparedFile }) {
  const say = useTexts(compareTexts);
  const { from, to } = file;
  const facts = fileFacts(file).filter((fact) => fact.name !== 'content' && (fact.from ?? fact.to) !== undefined);
  const place = (side: ComparedFile['from']) => side && say('layerNumber', { number: side.layer + 1 });
  const [sizeBefore, sizeAfter] = [sizeOf(from), sizeOf(to)];
  const size = (side: ComparedFile['from'], bytes: number | undefined) => side && (bytes === undefined ? '–' : <SizeText bytes={bytes} />);
  const shown = (name: string, value: string | undefined) => (name === 'kind' && isKind(value) ? say(`kind.${value}`) : value);
  const rows = [
    ...facts.map(({ name, differs, ...fact }) => {
      const [before, after] = [shown(name, fact.from), shown(name, fact.to)];
      return { key: name, name: say(name), before, after, differs };
    }),
    ...(sizeBefore === undefined && sizeAfter === undefined
      ? []
      : [
          {
            key: 'size',
            name: say('layerSize'),
            before: size(from, sizeBefore),
            after: size(to, sizeAfter),
            differs: sizeBefore !== undefined && sizeAfter !== undefined && sizeBefore !== sizeAfter,
          },
        ]),
    { key: 'layer', name: say('layer'), before: place(from), after: place(to), differs: false },
  ];
  return (
    <Table
      size="small"
      pagination={false}
      dataSource={rows}
      columns={[
        {
          key: 'name',
          title: '',
          render: (_, { name, differs }) => (
            <Typography.Text strong={differs} className="compare-fact">
              {name}
            </Typography.Text>
          ),
        },
        { key: 'before', title: say('before'), render: (_, { before }) => <span className="compare-text">{before ?? say('absent')}</span> },
        { key: 'after', title: say('after'), render: (_, { after }) => <span className="compare-text">{after ?? say('absent')}</span> },
      ]}
    />
  );
}

const notes = { binary: 'binary', 'too-large': 'tooLarge', 'too-different': 'tooDifferent' } as const;
const isNoted = (kind: string): kind is keyof typeof notes => Object.hasOwn(notes, kind);

function Text({ comparison, file }: { comparison: string; file: ComparedFile }) {
  const say = useTexts(compareTexts);
  const { from, to, path } = file;
  const isText = [from, to].every((side) => side === undefined || side.kind === 'file');
  const isSame = isText && from?.sha256 === to?.sha256;
  const { data, error, refetch } = useQuery({ ...textQuery(comparison, path), enabled: isText && !isSame });
  if (!isText) return <Alert type="info" showIcon title={say('noText')} />;
  if (isSame) return <Alert type="info" showIcon title={say('sameContent')} />;
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) {
    return (
      <Flex gap="small" align="center">
        <Waiting />
        {say('readingText')}
      </Flex>
    );
  }
  if (isNoted(data.kind)) return <Alert type="info" showIcon title={say(notes[data.kind])} />;
  return <PatchText patch={data.patch ?? ''} />;
}
