import { Card, Flex, Tabs, Typography } from 'antd';
import { appTexts } from '../../i18n/app-texts.ts';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { CodeBlock } from '../../widgets/code-block.tsx';
import { type PulledImage, type Puller, pullCommand, pullers } from './pull-commands.ts';
import { isDigest } from './queries.ts';
import type { ShownImage } from './shown-image.ts';

/** How to get the image, with each of the usual tools. */
export function PullPanel({ image }: { image: ShownImage }) {
  const say = useTexts(imageTexts);
  const { repository, reference, manifest, platform } = image;
  const { host, protocol } = window.location;
  const pulled: PulledImage = { host, repository, reference, platform, isPlain: protocol === 'http:' };
  const items = pullers.map((puller) => ({
    key: puller,
    label: puller,
    children: (
      <Flex vertical gap="small">
        <CodeBlock text={pullCommand(puller, pulled)} label={say('copyCommand')} />
        {isDigest(reference) ? null : (
          <>
            <Typography.Text type="secondary">{say('pullHelp')}</Typography.Text>
            <CodeBlock text={pullCommand(puller, { ...pulled, reference: manifest.digest })} label={say('copyCommand')} />
          </>
        )}
        <Notes puller={puller} isPlain={pulled.isPlain} />
      </Flex>
    ),
  }));
  return (
    <Card size="small" title={say('pull')}>
      <Tabs size="small" items={items} />
    </Card>
  );
}

function Notes({ puller, isPlain }: { puller: Puller; isPlain: boolean }) {
  const say = useTexts(imageTexts);
  const sayApp = useTexts(appTexts);
  const notes = [
    ...(puller === 'kubectl' ? [say('kubectlHelp')] : []),
    ...(puller === 'crictl' ? [say('crictlHelp')] : []),
    ...(isPlain && puller === 'docker' ? [sayApp('plainHelp')] : []),
  ];
  return notes.map((note) => (
    <Typography.Text key={note} type="secondary">
      {note}
    </Typography.Text>
  ));
}
