import { Flex } from 'antd';
import { PageHeading } from './page-heading.tsx';
import { Problem } from './problem.tsx';

/** The page of what is not shown: what was asked for, why it is not there, and another try. */
export function RefusedPage({ title, error, onRetry }: { title: string; error: Error; onRetry: () => void }) {
  return (
    <Flex vertical>
      <PageHeading title={title} />
      <Problem error={error} onRetry={onRetry} />
    </Flex>
  );
}
