import { useSearch } from '@tanstack/react-router';
import { Typography } from 'antd';
import { deployTexts } from '../../i18n/deploy-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { DigestText } from '../../widgets/digest-text.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { PageHeading } from '../../widgets/page-heading.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { Waiting } from '../../widgets/waiting.tsx';
import { Assistant } from './assistant.tsx';
import { ChooseImage } from './choose-image.tsx';
import './deploy.css';
import { useDeployableImage } from './workload-image.ts';

/** A workload from an image. */
export function DeployPage() {
  const say = useTexts(deployTexts);
  const { repository, reference } = useSearch({ from: '/deploy' });
  return (
    <>
      <PageHeading title={say('title')} />
      <Typography.Paragraph type="secondary" style={{ maxWidth: '80ch' }}>
        {say('about')}
      </Typography.Paragraph>
      <ChooseImage {...(repository !== undefined && { repository })} {...(reference !== undefined && { reference })} />
      {repository === undefined || reference === undefined ? (
        <EmptyState title={say('nothingChosen')} description={say('nothingChosenNext')} />
      ) : (
        <Chosen key={`${repository}@${reference}`} repository={repository} reference={reference} />
      )}
    </>
  );
}

function Chosen({ repository, reference }: { repository: string; reference: string }) {
  const say = useTexts(deployTexts);
  const found = useDeployableImage(repository, reference);
  if (found.error) return <Problem error={found.error} onRetry={() => void found.refetch()} />;
  if (found.data === undefined) return <Waiting />;
  if (found.data === null) return <EmptyState title={say('notAnImage')} description={say('notAnImageNext')} />;
  const { image, environment } = found.data;
  return (
    <>
      <p>
        {say('pinned')} <DigestText digest={image.digest} />
      </p>
      <Assistant image={image} environment={environment} />
    </>
  );
}
