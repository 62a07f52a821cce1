import { type InfiniteData, useMutation, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { api } from '../../api/client.ts';
import { useTexts } from '../../i18n/language.tsx';
import { repositoryTexts } from '../../i18n/repository-texts.ts';
import { DangerDialog } from '../../widgets/danger-dialog.tsx';
import { shortDigest } from '../../widgets/digest-text.tsx';
import type { Tag } from './queries.ts';

type Pages = InfiniteData<{ items: Tag[]; next?: string } | undefined>;

interface DeleteTagProps {
  readonly repository: string;
  readonly tag: Tag;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}

/** Asks, and deletes a tag. */
export function DeleteTag({ repository, tag, onDeleted, onClose }: DeleteTagProps) {
  const say = useTexts(repositoryTexts);
  const { message } = App.useApp();
  const client = useQueryClient();
  const { name, digest } = tag;
  const deletion = useMutation({
    mutationFn: () => api.DELETE('/api/v1/repositories/{repository}/tags/{tag}', { params: { path: { repository, tag: name } } }),
    onSuccess: () => {
      // To ask again for every page that was scrolled through, for one row less, would be many requests.
      client.setQueriesData<Pages>({ queryKey: ['tags', repository] }, (old) => old && without(old, name));
      void client.resetQueries({ queryKey: ['tag-history', repository, name] });
      void message.success(say('tagDeleted', { tag: name }));
      onDeleted();
      onClose();
    },
  });
  return (
    <DangerDialog
      title={say('deleteTagTitle', { tag: name })}
      name={name}
      action={say('deleteTag')}
      isBusy={deletion.isPending}
      error={deletion.error}
      onConfirm={() => deletion.mutate()}
      onClose={onClose}
    >
      {say('deleteTagLost', { tag: name, digest: shortDigest(digest) })}
    </DangerDialog>
  );
}

function without(old: Pages, name: string): Pages {
  return { ...old, pages: old.pages.map((page) => page && { ...page, items: page.items.filter((tag) => tag.name !== name) }) };
}
