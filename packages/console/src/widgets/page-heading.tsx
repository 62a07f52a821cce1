import { Flex } from 'antd';
import type { ReactNode } from 'react';
import { PageTitle } from './page-title.tsx';

/** The heading of a page. `children`: what one can do on this page. */
export function PageHeading({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Flex justify="space-between" align="center" gap="middle" wrap style={{ marginBottom: 16 }}>
      <PageTitle title={title} />
      {children}
    </Flex>
  );
}
