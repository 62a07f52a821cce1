import { Empty, Flex, Typography } from 'antd';
import type { ReactNode } from 'react';

/** Stands where there is nothing yet: says so, and teaches the next step. `children`: what one can do about it. */
export function EmptyState({ title, description, children }: { title: string; description?: ReactNode; children?: ReactNode }) {
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={
        <Flex vertical align="center" gap={4}>
          <Typography.Text strong>{title}</Typography.Text>
          {description === undefined ? null : <Typography.Text style={{ maxWidth: '60ch' }}>{description}</Typography.Text>}
        </Flex>
      }
    >
      {children}
    </Empty>
  );
}
