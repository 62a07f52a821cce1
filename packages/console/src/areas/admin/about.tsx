import { Typography } from 'antd';
import type { ReactNode } from 'react';
import { PageHeading } from '../../widgets/page-heading.tsx';

/** The heading of a page with what it is about. `children`: what one can do on it. */
export function About({ title, about, children }: { title: string; about?: string; children?: ReactNode }) {
  return (
    <>
      <PageHeading title={title}>{children}</PageHeading>
      {about !== undefined && (
        <Typography.Paragraph type="secondary" style={{ maxWidth: '80ch' }}>
          {about}
        </Typography.Paragraph>
      )}
    </>
  );
}
