import { CheckOutlined, CopyOutlined, WarningOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import { appTexts } from '../i18n/app-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { copyText } from './clipboard.ts';

type Outcome = 'copied' | 'notCopied';

const icons = { copied: <CheckOutlined />, notCopied: <WarningOutlined />, none: <CopyOutlined /> };

/** Copies `text`; `label` says what that is, for whoever hears the page. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const say = useTexts(appTexts);
  const [outcome, setOutcome] = useState<Outcome>();
  useEffect(() => {
    if (outcome === undefined) return undefined;
    const timer = setTimeout(() => setOutcome(undefined), 2000);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = () =>
    void copyText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('notCopied'),
    );
  const words = outcome === undefined ? label : say(outcome);
  return (
    <Tooltip title={words}>
      <Button size="small" type="text" icon={icons[outcome ?? 'none']} aria-label={words} onClick={copy} />
    </Tooltip>
  );
}
