import { useQuery } from '@tanstack/react-query';
import { imageByDigestQuery } from '../../api/image-query.ts';
import { SizeText } from '../../widgets/size-text.tsx';

interface ImageOfRow {
  readonly repository: string;
  readonly digest: string;
}

/** What a pull of an image transfers; nothing for an index, which is of several. */
export function ImageSize({ repository, digest }: ImageOfRow) {
  const { data } = useQuery(imageByDigestQuery(repository, digest));
  return data === undefined || data.kind === 'index' ? null : <SizeText bytes={data.totalBytes} />;
}

/** For which platforms it is; of something that is no image, what it is. */
export function ImagePlatforms({ repository, digest }: ImageOfRow) {
  const { data } = useQuery(imageByDigestQuery(repository, digest));
  if (data === undefined) return null;
  const platforms =
    data.kind === 'index' ? data.platforms.flatMap(({ platform }) => platform ?? []) : [data.platform ?? data.artifactType ?? ''];
  const text = platforms.join(', ');
  return <span title={text}>{text}</span>;
}
