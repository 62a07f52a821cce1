import type { components } from '@longshore/api-client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Alert, Flex, Tag } from 'antd';
import { useEffect, useState } from 'react';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { rulesTexts } from '../../i18n/rules-texts.ts';
import { RecordTable } from '../../widgets/record-table.tsx';
import { SizeText } from '../../widgets/size-text.tsx';
import { projectKey, useProjectName } from './project-queries.ts';
import { type PolicyValues, termsOf } from './retention-terms.ts';

type Preview = components['schemas']['RetentionPreview'];

/** Milliseconds that somebody who types is left in peace. */
const pause = 500;

/** What the form says, once nobody has changed it for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), pause);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** What a policy would remove now, and what it would keep, each with the reason. */
export function RetentionPreview({ values }: { values: PolicyValues }) {
  const project = useProjectName();
  const say = useTexts(rulesTexts);
  const { schedule: _, ...policy } = termsOf(values);
  const settled = useSettled(JSON.stringify(policy));
  const pages = useInfiniteQuery({
    queryKey: [...projectKey(project), 'retention-preview', settled],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: 50, ...(pageParam !== '' && { cursor: pageParam }) };
      const body = { policy: JSON.parse(settled) as typeof policy };
      return bodyOf(api.POST('/api/v1/projects/{project}/retention/preview', { params: { path: { project }, query }, body, signal }));
    },
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    // It reads every tag of the project: it is asked when the form changes, not when a window gets the focus.
    refetchOnWindowFocus: false,
  });
  const first = pages.data?.pages[0];
  return (
    <Flex vertical gap="middle">
      <div aria-live="polite">{first && <Summary {...first.summary} />}</div>
      <RecordTable<Preview['items'][number]>
        label={say('preview')}
        pages={pages}
        rowKey={({ repository, tag }) => `${repository}:${tag}`}
        empty={<p>{say('nothingToJudge')}</p>}
        columns={[
          { key: 'tag', title: say('tag'), render: ({ repository, tag }) => `${repository}:${tag}` },
          {
            key: 'verdict',
            title: say('verdict'),
            render: ({ kept }) => <Tag color={kept ? 'green' : 'red'}>{kept ? say('stays') : say('goes')}</Tag>,
          },
          {
            key: 'why',
            title: say('why'),
            render: ({ cause, rule = 0 }) => say(`cause.${cause}`, { number: rule + 1 }),
          },
        ]}
      />
    </Flex>
  );
}

function Summary({ tagsKept, tagsRemoved, manifestsRemoved, freedBytes, isEmptied }: Preview['summary']) {
  const say = useTexts(rulesTexts);
  const { language } = useLanguage();
  const sum = say('summary', { kept: tagsKept, removed: tagsRemoved, manifests: manifestsRemoved });
  return (
    <Alert
      key={language}
      type={isEmptied ? 'error' : tagsRemoved > 0 ? 'warning' : 'success'}
      showIcon
      title={
        <>
          {sum} {say('frees')} <SizeText bytes={freedBytes} />
        </>
      }
      description={isEmptied ? say('emptied') : undefined}
    />
  );
}
