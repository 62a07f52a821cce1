import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Flex, Typography } from 'antd';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { shortDigest } from '../../widgets/digest-text.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { ForeignText } from '../../widgets/foreign-text.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { SizeText } from '../../widgets/size-text.tsx';
import { visibleText } from '../../widgets/visible-text.ts';
import { Waiting } from '../../widgets/waiting.tsx';
import { type Referrer, referrersQuery } from './queries.ts';

/** What refers to an image: signatures, SBOMs, attestations, and what refers to those. */
export function ReferrerTree({ repository, digest }: { repository: string; digest: string }) {
  const say = useTexts(imageTexts);
  const { data, error, refetch } = useQuery(referrersQuery(repository, digest));
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Waiting />;
  if (data.referrers.length === 0) return <EmptyState title={say('noReferrers')} />;
  return (
    <>
      <Branch repository={repository} subject={digest} all={data.referrers} />
      {data.isCut ? <Typography.Text type="secondary">{say('moreReferrers')}</Typography.Text> : null}
    </>
  );
}

function Branch({ repository, subject, all }: { repository: string; subject: string; all: readonly Referrer[] }) {
  const here = all.filter((referrer) => referrer.subject === subject);
  if (here.length === 0) return null;
  return (
    <ul style={{ margin: 0, paddingInlineStart: 20 }}>
      {here.map(({ digest, artifactType, sizeBytes, annotations = {} }) => (
        <li key={digest} style={{ paddingBlock: 4 }}>
          <Flex wrap gap="small" align="center">
            <Typography.Text strong>{artifactType === undefined ? '—' : visibleText(artifactType)}</Typography.Text>
            <Link to="/repositories/$repository/images/$reference" params={{ repository, reference: digest }}>
              <code>{shortDigest(digest)}</code>
            </Link>
            <SizeText bytes={sizeBytes} />
          </Flex>
          {Object.entries(annotations).map(([name, value]) => (
            <Typography.Paragraph key={name} type="secondary" style={{ margin: 0, overflowWrap: 'anywhere' }}>
              {visibleText(name)}: <ForeignText text={value} />
            </Typography.Paragraph>
          ))}
          <Branch repository={repository} subject={digest} all={all} />
        </li>
      ))}
    </ul>
  );
}
