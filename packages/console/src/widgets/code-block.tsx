import { Flex, theme } from 'antd';
import { CopyButton } from './copy-button.tsx';
import './code-block.css';

/** Lines to type somewhere, or a file, with a button that copies them. `label` says what they are. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  const { token } = theme.useToken();
  return (
    <Flex align="start" gap="small" style={{ background: token.colorFillTertiary, borderRadius: token.borderRadius, padding: '4px 8px' }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre className="code" tabIndex={0}>
        {text}
      </pre>
      <CopyButton text={text} label={label} />
    </Flex>
  );
}
