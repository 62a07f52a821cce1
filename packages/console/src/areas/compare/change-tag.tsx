import { compareTexts } from '../../i18n/compare-texts.ts';
import { useTexts } from '../../i18n/language.tsx';

/** What may become of a file, a value or a package, and the sign for it. */
const signs = { added: '+', removed: '−', changed: '±', upgraded: '↑', downgraded: '↓' } as const;

export type Change = keyof typeof signs;

/** Whether this page knows such a change. */
export const isChange = (change: string): change is Change => Object.hasOwn(signs, change);

/** A change, told by a word and a sign besides its colour. */
export function ChangeTag({ change }: { change: string }) {
  const say = useTexts(compareTexts);
  if (!isChange(change)) return <span className="change">{change}</span>;
  return (
    <span className={`change change-${change}`}>
      {signs[change]} {say(change)}
    </span>
  );
}
