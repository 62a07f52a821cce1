import { type ReactNode, useEffect, useRef } from 'react';

/** What came of a button, and stands in its place: it has the focus, which was on the button, and is read out. */
export function Outcome({ children }: { children: ReactNode }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus({ preventScroll: true }), []);
  return (
    <div ref={place} role="status" tabIndex={-1}>
      {children}
    </div>
  );
}
