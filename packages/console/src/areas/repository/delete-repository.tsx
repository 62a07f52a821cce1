import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { App } from 'antd';
import { api } from '../../api/client.ts';
import { sizeIn } from '../../i18n/formats.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { repositoryTexts } from '../../i18n/repository-texts.ts';
import { DangerDialog } from '../../widgets/danger-dialog.tsx';
import { repositoryLossesQuery } from './queries.ts';

/** Asks, with what would be lost, and deletes. */
export function DeleteRepository({ repository, project, onClose }: { repository: string; project: string; onClose: () => void }) {
  const say = useTexts(repositoryTexts);
  const { language } = useLanguage();
  const { message } = App.useApp();
  const client = useQueryClient();
  const navigate = useNavigate();
  const losses = useQuery(repositoryLossesQuery(repository));
  const deletion = useMutation({
    mutationFn: async () => (await api.DELETE('/api/v1/repositories/{repository}', { params: { path: { repository } } })).data,
    onSuccess: async (lost) => {
      await navigate({ to: '/repositories', search: { project } });
      for (const key of ['repositories', 'tags', 'manifests']) void client.resetQueries({ queryKey: [key] });
      const size = sizeIn(language, lost?.sizeBytes ?? 0);
      void message.success(say('repositoryDeleted', { repository, tags: lost?.tags ?? 0, size }));
    },
  });
  const lost = losses.data;
  return (
    <DangerDialog
      title={say('deleteRepositoryTitle', { repository })}
      name={repository}
      action={say('deleteRepository')}
      isBusy={deletion.isPending}
      error={deletion.error ?? losses.error}
      onConfirm={() => deletion.mutate()}
      onClose={onClose}
    >
      {lost === undefined ? say('counting') : say('deleteRepositoryLost', { tags: lost.tags, size: sizeIn(language, lost.sizeBytes) })}
    </DangerDialog>
  );
}
