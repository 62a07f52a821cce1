import { Flex } from 'antd';
import type { ReactNode } from 'react';

/** The top of a project's page: what it is about, one sentence that explains it, and what can be made here. */
export function PageHead({ title, about, children }: { title: string; about: string; children?: ReactNode }) {
  return (
    <Flex justify="space-between" align="start" gap="middle" wrap style={{ marginBottom: 16 }}>
      <div style={{ flex: '1 1 320px' }}>
        <h2 style={{ margin: 0, fontSize: 18 }}>{title}</h2>
        <p style={{ margin: '4px 0 0', maxWidth: '80ch' }}>{about}</p>
      </div>
      {children}
    </Flex>
  );
}
