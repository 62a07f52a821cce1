import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Alert, Card, Flex, Steps, Typography } from 'antd';
import { useMe } from '../../api/session.ts';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { Waiting } from '../../widgets/waiting.tsx';
import { PromoteForm } from './promote-form.tsx';
import { promotionPolicyQuery, promotionsFromQuery } from './queries.ts';
import type { ShownImage } from './shown-image.ts';

/** Where the image can go on to, and what went on from its repository. */
export function PromotionPanel({ image }: { image: ShownImage }) {
  const say = useTexts(imageTexts);
  const me = useMe();
  const project = image.project;
  const policy = useQuery(promotionPolicyQuery(project));
  if (policy.error !== null) return <Problem error={policy.error} onRetry={() => void policy.refetch()} />;
  if (policy.data === undefined) return <Waiting />;
  const { environment, promotesTo } = policy.data;
  return (
    <Flex vertical gap="large">
      {promotesTo === undefined ? (
        <Alert type="info" showIcon title={say('chainEnd', { project })} />
      ) : (
        <>
          <Steps
            size="small"
            current={0}
            style={{ maxWidth: 520 }}
            items={[{ title: project, content: environment }, { title: promotesTo }]}
          />
          {me ? <PromoteForm image={image} target={promotesTo} /> : <Alert type="info" showIcon title={say('signInToPromote')} />}
        </>
      )}
      <MadePromotions repository={image.repository} />
    </Flex>
  );
}

function MadePromotions({ repository }: { repository: string }) {
  const say = useTexts(imageTexts);
  const { data } = useQuery(promotionsFromQuery(repository));
  if (data === undefined) return null;
  return (
    <Card size="small" title={say('inTarget')}>
      {data.items.length === 0 ? <Typography.Text type="secondary">{say('notYet')}</Typography.Text> : null}
      <ul style={{ margin: 0, paddingInlineStart: 20 }}>
        {data.items.map(({ id, to, at, from }) => (
          <li key={id}>
            {from.tag === undefined ? '' : `${from.tag} → `}
            <Link to="/repositories/$repository/images/$reference" params={{ repository: to.repository, reference: to.tag }}>
              {to.repository}:{to.tag}
            </Link>{' '}
            <Typography.Text type="secondary">
              <TimeAgo at={at} />
            </Typography.Text>
          </li>
        ))}
      </ul>
    </Card>
  );
}
