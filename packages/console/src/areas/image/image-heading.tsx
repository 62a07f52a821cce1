import { DeploymentUnitOutlined, DiffOutlined, HistoryOutlined } from '@ant-design/icons';
import { Flex, Select } from 'antd';
import { imageText } from '../../api/image-name.ts';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ButtonLink } from '../../widgets/button-link.tsx';
import { CopyButton } from '../../widgets/copy-button.tsx';
import { shortDigest } from '../../widgets/digest-text.tsx';
import { PageHeading } from '../../widgets/page-heading.tsx';
import { RepositoryTrail } from '../../widgets/repository-trail.tsx';
import { imageName } from './pull-commands.ts';
import { isDigest } from './queries.ts';
import type { ShownImage } from './shown-image.ts';

/** What it is called, and where to go from here. */
export function ImageHeading({ image, onPlatform }: { image: ShownImage; onPlatform: (platform: string) => void }) {
  const say = useTexts(imageTexts);
  const { repository, project, reference, root, platform } = image;
  const name = imageName({ host: window.location.host, repository, reference });
  const platforms = root.entries.flatMap((entry) => entry.platform ?? []);
  return (
    <Flex vertical gap="small">
      <RepositoryTrail project={project} repository={repository} />
      <PageHeading title={isDigest(reference) ? `${repository}@${shortDigest(reference)}` : `${repository}:${reference}`}>
        <Flex wrap gap="small" align="center">
          <CopyButton text={name} label={say('copyName')} />
          {platforms.length === 0 ? null : (
            <Select
              aria-label={say('platform')}
              value={platform ?? ''}
              onChange={onPlatform}
              options={platforms.map((value) => ({ value, label: value }))}
              style={{ minWidth: 150 }}
            />
          )}
          <Links image={image} />
        </Flex>
      </PageHeading>
    </Flex>
  );
}

function Links({ image: { repository, reference, platform } }: { image: ShownImage }) {
  const say = useTexts(imageTexts);
  const to = { to: imageText({ repository, reference }), ...(platform !== undefined && { toPlatform: platform }) };
  return (
    <>
      {isDigest(reference) ? null : (
        <ButtonLink to="/repositories/$repository" params={{ repository }} search={{ history: reference }} icon={<HistoryOutlined />}>
          {say('tagHistory')}
        </ButtonLink>
      )}
      <ButtonLink to="/compare" search={{ from: repository, ...to }} icon={<DiffOutlined />}>
        {say('compare')}
      </ButtonLink>
      <ButtonLink to="/deploy" search={{ repository, reference }} type="primary" icon={<DeploymentUnitOutlined />}>
        {say('deploy')}
      </ButtonLink>
    </>
  );
}
