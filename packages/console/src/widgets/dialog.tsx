import { Drawer, type DrawerProps, Modal, type ModalProps } from 'antd';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { focusPageTitle } from './page-title.tsx';

/**
 * A dialog that is there as long as it is rendered. Its first field has the focus, where it has one; after it the focus goes back to what opened it,
 * or to the page's heading when that is gone.
 */
export function Dialog({ children, ...props }: Omit<ModalProps, 'open'>) {
  useFocusReturn();
  return (
    <Modal open {...props}>
      <FirstField>{children}</FirstField>
    </Modal>
  );
}

/** `autoFocus` comes too early: what a dialog is made of is not in the document by then. */
function FirstField({ children }: { children: ReactNode }) {
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => body.current?.querySelector<HTMLElement>('input:enabled, textarea:enabled')?.focus(), []);
  return <div ref={body}>{children}</div>;
}

/** A dialog at the side of the page, for what is long; otherwise as `Dialog`. */
export function SidePanel(props: Omit<DrawerProps, 'open' | 'size'>) {
  useFocusReturn();
  return <Drawer open size="large" {...props} />;
}

/** The components' own way back is for dialogs that stay in the document when they are closed. */
function useFocusReturn(): void {
  // When it is drawn first, nothing of it has the focus yet.
  const [opener] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (opener instanceof HTMLElement && opener !== document.body && opener.isConnected) opener.focus({ preventScroll: true });
      else focusPageTitle();
    },
    [opener],
  );
}
