import { theme } from 'antd';
import { CopyButton } from '../../widgets/copy-button.tsx';
import { visibleText } from '../../widgets/visible-text.ts';
import './long-text.css';

/** A document of fixed width, which scrolls and can be copied; `copy` where that is not what is shown. */
export function LongText({ text, copy = text, label }: { text: string; copy?: string; label: string }) {
  const { token } = theme.useToken();
  const colours = { background: token.colorFillQuaternary, borderColor: token.colorBorderSecondary };
  return (
    <div className="long-text" style={colours}>
      <div className="long-text-copy">
        <CopyButton text={copy} label={label} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
      <pre tabIndex={0}>{visibleText(text, { lines: true })}</pre>
    </div>
  );
}
