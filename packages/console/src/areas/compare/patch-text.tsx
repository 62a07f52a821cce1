import { Alert, theme } from 'antd';
import { useMemo } from 'react';
import { compareTexts } from '../../i18n/compare-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { CopyButton } from '../../widgets/copy-button.tsx';
import { hunksOf, type LineGroup } from './patch-lines.ts';

/** How lines of a text differ: by their signs, and by colours. */
export function PatchText({ patch }: { patch: string }) {
  const say = useTexts(compareTexts);
  const { token } = theme.useToken();
  const hunks = useMemo(() => hunksOf(patch), [patch]);
  if (hunks.length === 0) return <Alert type="info" showIcon title={say('sameContent')} />;
  return (
    <div className="patch" style={{ borderColor: token.colorBorderSecondary }}>
      <div className="patch-copy">
        <CopyButton text={patch} label={say('copyPatch')} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
      <section className="patch-lines" aria-label={say('text')} tabIndex={0}>
        {hunks.map(({ groups, lines }, place) => (
          <pre key={place} style={{ containIntrinsicBlockSize: `auto ${lines * 20}px` }}>
            {groups.map((group, at) => (
              <Lines key={at} group={group} />
            ))}
          </pre>
        ))}
      </section>
    </div>
  );
}

function Lines({ group: { kind, text } }: { group: LineGroup }) {
  if (kind === 'added') return <ins>{text}</ins>;
  if (kind === 'removed') return <del>{text}</del>;
  return <span className={`patch-${kind}`}>{text}</span>;
}
