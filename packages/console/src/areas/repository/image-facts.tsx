import { useQuery } from '@tanstack/react-query';
import { Flex, Typography } from 'antd';
import { type Image, imageByDigestQuery } from '../../api/image-query.ts';
import { sizeIn } from '../../i18n/formats.ts';
import { useLanguage } from '../../i18n/language.tsx';
import { visibleText } from '../../widgets/visible-text.ts';

/** As many as a row has room for. */
const mostLines = 2;

/** For which platforms it is, each with what its pull transfers; of something that is no image, what it is. */
export function ImagePlatforms({ repository, digest }: { repository: string; digest: string }) {
  const { language } = useLanguage();
  const { data } = useQuery(imageByDigestQuery(repository, digest));
  if (data === undefined) return null;
  const facts = factsOf(data).map(({ name, bytes }) => ({
    name: visibleText(name),
    size: bytes === undefined ? '' : sizeIn(language, bytes),
  }));
  const more = facts.length - mostLines;
  return (
    <Flex vertical title={facts.map(({ name, size }) => `${name} ${size}`).join('\n')}>
      {facts.slice(0, mostLines).map(({ name, size }, index) => (
        <span key={`${name} ${size}`}>
          {name} <Typography.Text type="secondary">{size}</Typography.Text>
          {index === mostLines - 1 && more > 0 ? ` +${more}` : ''}
        </span>
      ))}
    </Flex>
  );
}

function factsOf({ kind, platforms, platform, artifactType, totalBytes }: Image): { name: string; bytes: number | undefined }[] {
  if (kind !== 'index') return [{ name: platform ?? artifactType ?? '', bytes: totalBytes }];
  // Builders list attestations as images of a platform that nobody has.
  const known = platforms.filter((entry) => entry.platform !== undefined && !entry.platform.startsWith('unknown/'));
  return known.map((entry) => ({ name: entry.platform ?? '', bytes: entry.totalBytes }));
}
