import { DeploymentUnitOutlined, DiffOutlined, HistoryOutlined } from '@ant-design/icons';
import { useNavigate } from '@tanstack/react-router';
import { Button, Flex, Select } from 'antd';
import { imageText } from '../../api/image-name.ts';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
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
      <PageHeading title={isDigest(reference) ? shortDigest(reference) : `${repository}:${reference}`}>
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
  const navigate = useNavigate();
  const query = addressOf({ repository, reference, platform });
  return (
    <>
      {isDigest(reference) ? null : (
        <Button
          icon={<HistoryOutlined />}
          onClick={() => void navigate({ to: '/repositories/$repository', params: { repository }, search: { history: reference } })}
        >
          {say('tagHistory')}
        </Button>
      )}
      <Button
        icon={<DiffOutlined />}
        onClick={() => {
          const to = { to: imageText({ repository, reference }), ...(platform !== undefined && { toPlatform: platform }) };
          void navigate({ to: '/compare', search: { from: repository, ...to } });
        }}
      >
        {say('compare')}
      </Button>
      <Button type="primary" icon={<DeploymentUnitOutlined />} onClick={() => void navigate({ href: `/deploy?${query}` })}>
        {say('deploy')}
      </Button>
    </>
  );
}

/** Values as the router writes them: in quotes, so that the tag 1.10 is no number. */
function addressOf(values: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, JSON.stringify(value)]]));
  return new URLSearchParams(given).toString();
}
