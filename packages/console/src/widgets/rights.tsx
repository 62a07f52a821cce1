import { LockOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, type ButtonProps, Tooltip } from 'antd';
import type { ReactNode } from 'react';
import { type Action, type Place, rightsQuery } from '../api/rights.ts';
import { useTexts } from '../i18n/language.tsx';
import { rightsTexts } from '../i18n/rights-texts.ts';
import './rights.css';

/** Whether somebody may do something, and why not. */
export interface Right {
  /** Undefined: not known yet. */
  readonly allowed: boolean | undefined;
  readonly reason: string;
}

/** What whoever looks may do in a project or repository. */
export function useRightIn(place: Place, action: Action): Right {
  const say = useTexts(rightsTexts);
  const found = useQuery(rightsQuery(place)).data?.get(action);
  if (found === undefined) return { allowed: undefined, reason: '' };
  if (found.allowed) return { allowed: true, reason: '' };
  const values = { action: say(`may.${action}`), place: 'project' in place ? place.project : place.repository };
  const reason =
    found.roles.length === 0 ? say('refusedWithoutRole', values) : say('refused', { ...values, roles: found.roles.join(say('listComma')) });
  return { allowed: false, reason };
}

/** A button that is grey for whoever may not, and says why when it is pointed at or focused. */
export function RightButton({ right, ...props }: ButtonProps & { right: Right }) {
  if (right.allowed === true) return <Button {...props} />;
  const { onClick, href, danger, type, ...rest } = props;
  return (
    <Tooltip title={right.reason} trigger={['hover', 'focus']}>
      <Button
        {...rest}
        type={type === 'text' ? type : 'default'}
        aria-disabled
        className="refused"
        htmlType="button"
        icon={<LockOutlined />}
      />
    </Tooltip>
  );
}

/** What is shown to those who may, and to others why it is not. */
export function WithRight({ right, children }: { right: Right; children: ReactNode }) {
  const say = useTexts(rightsTexts);
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
