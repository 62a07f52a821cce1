import { Link } from '@tanstack/react-router';
import { Descriptions, type DescriptionsProps, Flex } from 'antd';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { actorName } from '../../widgets/actor-name.ts';
import { DigestText } from '../../widgets/digest-text.tsx';
import { SizeText } from '../../widgets/size-text.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { visibleText } from '../../widgets/visible-text.ts';
import { NamedValues } from './named-values.tsx';
import { PullPanel } from './pull-panel.tsx';
import type { ShownImage } from './shown-image.ts';
import './image-facts.css';

/** What one wants to know first: how to get it, what it weighs, who put it there. */
export function ImageOverview({ image }: { image: ShownImage }) {
  const say = useTexts(imageTexts);
  return (
    <Flex vertical gap="large">
      <PullPanel image={image} />
      <Descriptions
        bordered
        size="small"
        className="image-facts"
        styles={{ label: { width: '9em' } }}
        column={{ xs: 1, sm: 1, md: 1, lg: 2 }}
        items={useFacts(image)}
      />
      <NamedValues title={say('annotations')} values={{ ...image.root.annotations, ...image.content?.annotations }} />
    </Flex>
  );
}

function useFacts({ repository, manifest, digest, content, platform }: ShownImage): NonNullable<DescriptionsProps['items']> {
  const say = useTexts(imageTexts);
  const { tags, pulls, lastPulledAt, pushedAt, pushedBy, artifactType, mediaType } = manifest;
  const size = content?.layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, content.config?.sizeBytes ?? 0);
  return [
    { key: 'digest', label: say('digest'), children: <DigestText digest={manifest.digest} /> },
    ...(platform === undefined ? [] : [{ key: 'platform', label: platform, children: <DigestText digest={digest} /> }]),
    {
      key: 'size',
      label: say('totalSize'),
      children:
        size === undefined ? null : (
          <>
            <SizeText bytes={size} /> · {say('layerCount', { count: content?.layers.length ?? 0 })}
          </>
        ),
    },
    {
      key: 'tags',
      label: say('tags'),
      children: tags.length === 0 ? say('noTags') : <TagLinks repository={repository} tags={tags} />,
    },
    {
      key: 'pushed',
      label: say('pushed'),
      children: (
        <>
          <TimeAgo at={pushedAt} />
          {pushedBy === undefined ? '' : ` · ${say('pushedBy', { name: actorName(pushedBy) })}`}
        </>
      ),
    },
    {
      key: 'pulls',
      label: say('pulls'),
      children: (
        <>
          {say('count', { count: pulls })}
          {lastPulledAt === undefined ? null : (
            <>
              {' · '}
              <TimeAgo at={lastPulledAt} />
            </>
          )}
        </>
      ),
    },
    {
      key: 'type',
      label: say('type'),
      children: <span style={{ overflowWrap: 'anywhere' }}>{visibleText(artifactType ?? mediaType)}</span>,
    },
  ];
}

function TagLinks({ repository, tags }: { repository: string; tags: readonly string[] }) {
  return (
    <Flex wrap gap="small">
      {tags.map((tag) => (
        <Link key={tag} to="/repositories/$repository/images/$reference" params={{ repository, reference: tag }}>
          {tag}
        </Link>
      ))}
    </Flex>
  );
}
