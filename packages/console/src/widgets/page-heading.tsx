import { Flex } from 'antd';
import { type ReactNode, useEffect } from 'react';
import './page-heading.css';

/** The heading of a page, of which each has one; the browser's tab says it, too. `children`: what one can do on this page. */
export function PageHeading({ title, children }: { title: string; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} - Longshore`;
    return () => {
      document.title = 'Longshore';
    };
  }, [title]);
  return (
    <Flex justify="space-between" align="center" gap="middle" wrap className="heading">
      <h1>{title}</h1>
      {children}
    </Flex>
  );
}
