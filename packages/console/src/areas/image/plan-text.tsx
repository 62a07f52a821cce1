import { CheckCircleOutlined, CloseCircleOutlined } from '@ant-design/icons';
import { Alert, Flex, Typography } from 'antd';
import { durationIn, sizeIn } from '../../i18n/formats.ts';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { shortDigest } from '../../widgets/digest-text.tsx';
import { RegistryText } from '../../widgets/registry-text.tsx';
import type { PromotionPlan } from './queries.ts';

const checkNames = { chain: 'checkChain', 'minimum-age': 'checkAge', referrers: 'checkReferrers', role: 'checkRole' } as const;

/** What a promotion would do, and what each check of its target says. */
export function PlanText({ plan }: { plan: PromotionPlan | undefined }) {
  const say = useTexts(imageTexts);
  const figuresOf = useFigures();
  if (plan === undefined) return <Typography.Text type="secondary">{say('checking')}</Typography.Text>;
  return (
    <Flex vertical gap="small" style={{ alignSelf: 'stretch' }}>
      <Alert
        type={plan.possible ? 'success' : 'warning'}
        showIcon
        title={say(plan.possible ? 'canPromote' : 'cannotPromote')}
        description={plan.reason !== undefined && plan.cause !== 'conditions' && <RegistryText text={plan.reason} />}
      />
      <ul style={{ margin: 0, paddingInlineStart: 0, listStyle: 'none' }}>
        {plan.conditions.map((condition) => (
          <li key={condition.name}>
            <Typography.Text type={condition.holds ? 'success' : 'danger'}>
              {condition.holds ? <CheckCircleOutlined aria-label={say('holds')} /> : <CloseCircleOutlined aria-label={say('fails')} />}
            </Typography.Text>{' '}
            {say(checkNames[condition.name])} <Typography.Text type="secondary">{figuresOf(condition)}</Typography.Text>
          </li>
        ))}
      </ul>
      <Effects plan={plan} />
    </Flex>
  );
}

/** Says what a condition asks for, and what there is. */
function useFigures() {
  const say = useTexts(imageTexts);
  const { language } = useLanguage();
  const list = (words: readonly string[]) =>
    words.length === 0 ? say('noTags') : new Intl.ListFormat(language, { type: 'unit' }).format(words);
  return ({ name, project = '', needed = [], found = [], neededSeconds = 0, foundSeconds = 0 }: PromotionPlan['conditions'][number]) => {
    if (name === 'chain') return say('figuresChain', { project });
    if (name === 'role') return say('figuresRole', { needed: list(needed), found: list(found) });
    if (name === 'referrers')
      return say('figuresReferrers', { needed: list(needed), missing: list(needed.filter((type) => !found.includes(type))) });
    return say('figuresAge', { needed: durationIn(language, neededSeconds), found: durationIn(language, foundSeconds) });
  };
}

function Effects({ plan }: { plan: PromotionPlan }) {
  const say = useTexts(imageTexts);
  const { language } = useLanguage();
  const { manifests, blobs, addedBytes, bytesToCopy, tags = [] } = plan;
  return (
    <Flex vertical>
      {manifests === undefined ? null : (
        <span>{say('wouldAdd', { manifests, blobs: blobs ?? 0, size: sizeIn(language, addedBytes ?? 0) })}</span>
      )}
      {bytesToCopy ? <span>{say('wouldCopy', { size: sizeIn(language, bytesToCopy) })}</span> : null}
      {tags.map(({ tag, from }) => (
        <span key={tag}>{from === undefined ? say('wouldCreate', { tag }) : say('wouldMove', { tag, from: shortDigest(from) })}</span>
      ))}
    </Flex>
  );
}
