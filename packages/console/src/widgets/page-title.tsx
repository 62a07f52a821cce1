import { useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import './page-title.css';

/** Of which page the heading was shown last; undefined: of none since the browser loaded this one. */
let shownAt: string | undefined;

/**
 * What a page is called, of which each has one; the browser's tab says it, too, or `inTab`. Whoever has gone from another page to this one is here by
 * keyboard, unless something of the page has taken the focus, or kept it.
 */
export function PageTitle({ title, inTab = title }: { title: string; inTab?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const pathname = useRouterState({ select: ({ resolvedLocation, location }) => (resolvedLocation ?? location).pathname });
  useEffect(() => {
    document.title = `${inTab} - Longshore`;
    return () => {
      document.title = 'Longshore';
    };
  }, [inTab]);
  useEffect(() => {
    const isFirst = shownAt === undefined;
    const isNew = shownAt !== pathname;
    shownAt = pathname;
    const { activeElement } = document;
    const isLost = activeElement === null || activeElement === document.body;
    const isWithin = heading.current?.closest('#content')?.contains(activeElement) === true;
    if (!isFirst && (isLost || (isNew && !isWithin))) heading.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <h1 ref={heading} tabIndex={-1} className="page-title">
      {title}
    </h1>
  );
}

/** Puts the focus on the heading of the page that is shown. */
export function focusPageTitle(): void {
  document.querySelector<HTMLElement>('.page-title')?.focus({ preventScroll: true });
}
