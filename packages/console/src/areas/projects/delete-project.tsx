import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Flex } from 'antd';
import { useState } from 'react';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { useTexts } from '../../i18n/language.tsx';
import { projectsTexts } from '../../i18n/projects-texts.ts';
import { DangerDialog } from '../../widgets/danger-dialog.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { RightButton } from '../../widgets/rights.tsx';
import { SizeText } from '../../widgets/size-text.tsx';
import { projectKey, quotaQuery, useProjectName } from './project-queries.ts';
import { useRight } from './use-right.ts';

/** The end of a project: says what goes with it, and wants its name. */
export function DeleteProject() {
  const say = useTexts(projectsTexts);
  const [isAsking, setAsking] = useState(false);
  return (
    <Flex justify="space-between" align="center" gap="middle" wrap>
      <span style={{ flex: '1 1 320px' }}>{say('deleteAbout')}</span>
      <RightButton right={useRight('administer')} danger onClick={() => setAsking(true)}>
        {say('deleteProject')}
      </RightButton>
      {isAsking && <AskForName onClose={() => setAsking(false)} />}
    </Flex>
  );
}

/** Repositories that are counted one by one; of more it is said that there are more. */
const counted = 100;

function AskForName({ onClose }: { onClose: () => void }) {
  const project = useProjectName();
  const say = useTexts(projectsTexts);
  const client = useQueryClient();
  const navigate = useNavigate();
  const path = { project };
  const deleting = useMutation({
    mutationFn: () => bodyOf(api.DELETE('/api/v1/projects/{project}', { params: { path, query: { force: true } } })),
    onSuccess: async () => {
      await navigate({ to: '/projects' });
      client.removeQueries({ queryKey: projectKey(project) });
      await client.invalidateQueries({ queryKey: ['projects'] });
    },
  });
  const quota = useQuery(quotaQuery(project));
  const repositories = useQuery({
    queryKey: [...projectKey(project), 'counted'],
    queryFn: () => bodyOf(api.GET('/api/v1/projects/{project}/repositories', { params: { path, query: { limit: counted } } })),
  });
  const number = repositories.data?.items.length ?? 0;
  return (
    <DangerDialog
      title={say('deleteTitle', { project })}
      name={project}
      action={say('deleteProject')}
      isBusy={deleting.isPending}
      error={deleting.error}
      onConfirm={() => deleting.mutate()}
      onClose={onClose}
    >
      <Loaded query={quota}>
        {({ value: { tags, storage } }) => (
          <>
            <div>{say('loses')}</div>
            <ul style={{ margin: 0, paddingInlineStart: 20 }}>
              <li>
                {repositories.data?.next === undefined ? say('losesRepositories', { number }) : say('losesManyRepositories', { number })}
              </li>
              <li>{say('losesTags', { number: tags.used })}</li>
              <li>
                <SizeText bytes={storage.usedBytes} />
              </li>
              <li>{say('losesRest')}</li>
            </ul>
          </>
        )}
      </Loaded>
    </DangerDialog>
  );
}
