import { DownloadOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import type { MouseEvent, ReactNode } from 'react';
import { api } from '../api/client.ts';
import { Problem } from './problem.tsx';

/** Saves `href` as a file. Asks who is signed in before: a browser would save a refusal as if it were what was asked for. */
export function ExportLink({ href, children }: { href: string; children: ReactNode }) {
  const saving = useMutation({
    mutationFn: () => api.GET('/api/v1/me'),
    onSuccess: () => Object.assign(document.createElement('a'), { href, download: '' }).click(),
  });
  const onClick = (event: MouseEvent) => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <>
      <Button icon={<DownloadOutlined />} href={href} loading={saving.isPending} onClick={onClick}>
        {children}
      </Button>
      {saving.error && <Problem error={saving.error} />}
    </>
  );
}
