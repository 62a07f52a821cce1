import { LockOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, type ButtonProps, Tooltip } from 'antd';
import type { ReactNode } from 'react';
import { useTexts } from '../../i18n/language.tsx';
import { projectsTexts } from '../../i18n/projects-texts.ts';
import { type Action, rightsQuery, useProjectName } from './project-queries.ts';

/** Whether somebody may do something, and why not. */
export interface Right {
  /** Undefined: not known yet. */
  readonly allowed: boolean | undefined;
  readonly reason: string;
}

/** What whoever looks may do in the project that the page is about. */
export function useRight(action: Action): Right {
  const say = useTexts(projectsTexts);
  const found = useQuery(rightsQuery(useProjectName())).data?.get(action);
  if (found === undefined) return { allowed: undefined, reason: '' };
  return { allowed: found.allowed, reason: found.allowed ? '' : say('refused', { action: say(`may.${action}`), reason: found.reason }) };
}

/** A button that is grey for whoever may not, and says why when it is pointed at or focused. */
export function RightButton({ right, ...props }: ButtonProps & { right: Right }) {
  if (right.allowed === true) return <Button {...props} />;
  const { onClick, href, danger, type, ...rest } = props;
  return (
    <Tooltip title={right.reason} trigger={['hover', 'focus']}>
      <Button {...rest} aria-disabled className="refused" htmlType="button" icon={<LockOutlined />} />
    </Tooltip>
  );
}

/** What is shown to those who may, and to others why it is not. */
export function WithRight({ right, children }: { right: Right; children: ReactNode }) {
  const say = useTexts(projectsTexts);
  if (right.allowed === undefined) return null;
  if (right.allowed) return <>{children}</>;
  return (
    <Alert
      type="info"
      showIcon
      icon={<LockOutlined />}
      title={say('notShown')}
      description={
        <>
          <p>{right.reason}</p>
          <p>{say('askOwner')}</p>
        </>
      }
    />
  );
}
