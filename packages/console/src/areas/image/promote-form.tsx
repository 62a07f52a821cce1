import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Alert, Button, Card, Flex, Form, Input } from 'antd';
import { useDeferredValue, useState } from 'react';
import { api } from '../../api/client.ts';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { Outcome } from '../../widgets/outcome.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { PlanText } from './plan-text.tsx';
import { isDigest, type Promotion, promotionPlanQuery, type WantedPromotion } from './queries.ts';
import type { ShownImage } from './shown-image.ts';

/** Promotes the image to the next project of the chain, after a look at what that would do. */
export function PromoteForm({ image, target }: { image: ShownImage; target: string }) {
  const say = useTexts(imageTexts);
  const client = useQueryClient();
  const { repository: source, reference, project, manifest } = image;
  const [repository, setRepository] = useState(
    `${target}${source.startsWith(`${project}/`) ? source.slice(project.length) : `/${source}`}`,
  );
  const [tag, setTag] = useState(isDigest(reference) ? (manifest.tags[0] ?? '') : reference);
  const from = { repository: source, ...(isDigest(reference) ? { digest: reference } : { tag: reference }) };
  const wanted: WantedPromotion = useDeferredValue({ from, to: { repository, tag } });
  const plan = useQuery({ ...promotionPlanQuery(wanted), enabled: repository !== '' && tag !== '' });
  const promoting = useMutation({
    mutationFn: async () => (await api.POST('/api/v1/promotions', { body: wanted })).data as Promotion,
    onSuccess: () => {
      for (const key of [['promotions-from', source], ['promotions', repository], ['tags', repository], ['repositories']]) {
        void client.resetQueries({ queryKey: key });
      }
      void client.invalidateQueries({ queryKey: ['image', repository] });
    },
  });
  if (promoting.data !== undefined) return <Promoted promotion={promoting.data} />;
  return (
    <Card size="small" title={say('promoteTo', { project: target })}>
      <Form layout="vertical" onFinish={() => promoting.mutate()} style={{ maxWidth: 640 }}>
        <Form.Item label={say('targetRepository')} extra={say('targetName', { project: target })} htmlFor="promotion-repository">
          <Input id="promotion-repository" value={repository} onChange={(event) => setRepository(event.target.value)} />
        </Form.Item>
        <Form.Item label={say('targetTag')} htmlFor="promotion-tag">
          <Input id="promotion-tag" value={tag} onChange={(event) => setTag(event.target.value)} />
        </Form.Item>
        <Flex vertical gap="middle" align="start">
          {plan.error === null ? <PlanText plan={plan.data} /> : <Problem error={plan.error} />}
          {promoting.error === null ? null : <Problem error={promoting.error} />}
          <Button type="primary" htmlType="submit" loading={promoting.isPending} disabled={plan.data?.possible !== true}>
            {say('promote')}
          </Button>
        </Flex>
      </Form>
    </Card>
  );
}

function Promoted({ promotion }: { promotion: Promotion }) {
  const say = useTexts(imageTexts);
  const { language } = useLanguage();
  const client = useQueryClient();
  const { repository, tag } = promotion.to;
  const undoing = useMutation({
    mutationFn: async () => (await api.POST('/api/v1/promotions/{promotion}/undo', { params: { path: { promotion: promotion.id } } })).data,
    onSuccess: () => {
      for (const key of ['promotions', 'tags', 'tag-history']) void client.resetQueries({ queryKey: [key, repository] });
      void client.invalidateQueries({ queryKey: ['image', repository] });
    },
  });
  const until = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(promotion.undoUntil));
  if (undoing.data !== undefined) {
    return (
      <Outcome key="undone">
        <Alert type="info" showIcon title={say('undone', { tags: undoing.data.undone })} role="presentation" />
      </Outcome>
    );
  }
  return (
    <Outcome>
      <Alert
        role="presentation"
        type="success"
        showIcon
        title={say('promoted', { repository, tag })}
        description={say('undoUntil', { until })}
        action={
          <Flex vertical gap="small">
            <Link to="/repositories/$repository/images/$reference" params={{ repository, reference: tag }}>
              {say('goThere')}
            </Link>
            <Button loading={undoing.isPending} onClick={() => undoing.mutate()}>
              {say('undo')}
            </Button>
          </Flex>
        }
      />
      {undoing.error === null ? null : <Problem error={undoing.error} />}
    </Outcome>
  );
}
