import { DownloadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Flex } from 'antd';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { SidePanel } from '../../widgets/dialog.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { visibleText } from '../../widgets/visible-text.ts';
import { Waiting } from '../../widgets/waiting.tsx';
import { downloadPath, type FileTree, fileQuery } from './file-queries.ts';
import { LongText } from './long-text.tsx';

const notes = { binary: 'binary', 'too-large': 'tooLarge', none: 'noBytes' } as const;

/** One file: its text, or why none is shown, and a way to take it home. */
export function FileView({ tree, path, onClose }: { tree: FileTree; path: string; onClose: () => void }) {
  const say = useTexts(imageTexts);
  const { data, error, refetch } = useQuery(fileQuery(tree, path));
  const file = data === undefined || 'state' in data ? undefined : data;
  const download =
    file === undefined || file.content === 'none' ? null : (
      <Button icon={<DownloadOutlined />} href={downloadPath(tree, path)} download>
        {say('download')}
      </Button>
    );
  return (
    <SidePanel title={visibleText(path)} extra={download} onClose={onClose}>
      <Flex vertical gap="middle">
        {error === null ? null : <Problem error={error} onRetry={() => void refetch()} />}
        {file === undefined && error === null ? <Waiting /> : null}
        {file === undefined || file.content === 'text' ? null : <Alert type="info" showIcon title={say(notes[file.content])} />}
        {file?.text === undefined ? null : <LongText text={file.text} label={say('copyFile')} />}
      </Flex>
    </SidePanel>
  );
}
