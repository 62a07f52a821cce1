import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Flex } from 'antd';
import { useState } from 'react';
import { bodyOf, type Versioned } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { useTexts } from '../../i18n/language.tsx';
import { rulesTexts } from '../../i18n/rules-texts.ts';
import { ConfirmButton } from '../../widgets/confirm-button.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { WithRight } from '../../widgets/rights.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { PageHead } from './page-head.tsx';
import { projectKey, useProjectName } from './project-queries.ts';
import { RetentionForm } from './retention-form.tsx';
import { retentionQuery } from './retention-query.ts';
import { RetentionRuns } from './retention-runs.tsx';
import type { RetentionPolicy } from './retention-terms.ts';
import { useRight } from './use-right.ts';

/** What a project keeps, tried out before it is kept. */
export function RetentionPage() {
  const say = useTexts(rulesTexts);
  return (
    <>
      <PageHead title={say('retention')} about={say('retentionAbout')} />
      <WithRight right={useRight('configure')}>
        <Policy />
      </WithRight>
    </>
  );
}

function Policy() {
  const project = useProjectName();
  const say = useTexts(rulesTexts);
  const [isBeginning, setBeginning] = useState(false);
  const found = useQuery({ ...retentionQuery(project), refetchOnWindowFocus: false });
  return (
    <Loaded query={found}>
      {(policy) =>
        policy === null && !isBeginning ? (
          <EmptyState title={say('noPolicy')} description={say('noPolicyNext')}>
            <Button type="primary" onClick={() => setBeginning(true)}>
              {say('beginPolicy')}
            </Button>
          </EmptyState>
        ) : (
          <Flex vertical gap="large">
            {policy && <Standing policy={policy} onDeleted={() => setBeginning(false)} />}
            <RetentionForm {...(policy && { policy })} />
            {policy && <RetentionRuns />}
          </Flex>
        )
      }
    </Loaded>
  );
}

/** When the stored policy runs next, and what one can do with it. */
function Standing({ policy: { value, etag }, onDeleted }: { policy: Versioned<RetentionPolicy>; onDeleted: () => void }) {
  const project = useProjectName();
  const say = useTexts(rulesTexts);
  const client = useQueryClient();
  const path = { project };
  const forget = () => client.invalidateQueries({ queryKey: projectKey(project) });
  const run = useMutation({
    mutationFn: () => bodyOf(api.POST('/api/v1/projects/{project}/retention/runs', { params: { path } })),
    onSuccess: forget,
  });
  const remove = async () => {
    await api.DELETE('/api/v1/projects/{project}/retention', { params: { path, header: { 'If-Match': etag } } });
    onDeleted();
    await forget();
  };
  return (
    <Flex vertical gap="small">
      <Flex justify="space-between" align="center" wrap gap="small">
        <span>
          {value.nextRunAt === undefined ? (
            say('noNextRun')
          ) : (
            <>
              {say('nextRun')} <TimeAgo at={value.nextRunAt} />
            </>
          )}
        </span>
        <Flex gap="small">
          <Button loading={run.isPending} onClick={() => run.mutate()}>
            {say('runNow')}
          </Button>
          <ConfirmButton label={say('endPolicy')} title={say('endPolicy')} onConfirm={remove} button={{ size: 'middle' }}>
            <p>{say('endPolicyLoses')}</p>
          </ConfirmButton>
        </Flex>
      </Flex>
      {run.error && <Problem error={run.error} />}
    </Flex>
  );
}
