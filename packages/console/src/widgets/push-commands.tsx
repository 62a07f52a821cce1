import { Flex, Typography } from 'antd';
import { useMe } from '../api/session.ts';
import { appTexts } from '../i18n/app-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { CodeBlock } from './code-block.tsx';

/** How to push an image that everybody can get, line by line as they can be typed here: to `repository`, by the tools that people have. */
export function PushCommands({ repository }: { repository: string }) {
  const say = useTexts(appTexts);
  const user = useMe()?.name ?? 'NAME';
  const { host, protocol } = window.location;
  const isPlain = protocol === 'http:';
  const image = `${host}/${repository}`;
  const docker = [
    `docker login ${host} -u ${user}`,
    'docker pull alpine',
    `docker tag alpine ${image}:latest`,
    `docker push ${image}:latest`,
  ];
  const skopeo = [
    `skopeo login${isPlain ? ' --tls-verify=false' : ''} -u ${user} ${host}`,
    `skopeo copy${isPlain ? ' --dest-tls-verify=false' : ''} docker://docker.io/library/alpine docker://${image}:latest`,
  ];
  return (
    <Flex vertical gap="small" style={{ textAlign: 'start' }}>
      <CodeBlock label="Docker" text={docker.join('\n')} />
      {isPlain && <Typography.Text type="secondary">{say('plainHelp')}</Typography.Text>}
      <CodeBlock label="skopeo" text={skopeo.join('\n')} />
    </Flex>
  );
}
