import { Flex, Typography } from 'antd';
import type { ManifestContent } from '../../api/manifest-content.ts';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { LongText } from './long-text.tsx';

/** What was pushed: the index, and the manifest of the platform that is shown. */
export function ManifestText(props: { root: ManifestContent; child: ManifestContent | undefined; platform: string | undefined }) {
  const say = useTexts(imageTexts);
  const { root, child, platform } = props;
  return (
    <Flex vertical gap="large">
      <Text content={root} copy={say('copyManifest')} />
      {child === undefined ? null : (
        <>
          <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
            {platform ?? say('manifest')}
          </Typography.Title>
          <Text content={child} copy={say('copyManifest')} />
        </>
      )}
    </Flex>
  );
}

function Text({ content, copy }: { content: ManifestContent; copy: string }) {
  const formatted = JSON.stringify(JSON.parse(content.text), undefined, 2);
  return (
    <Flex vertical gap={4}>
      <Typography.Text type="secondary">{content.mediaType}</Typography.Text>
      <LongText text={formatted} copy={content.text} label={copy} />
    </Flex>
  );
}
