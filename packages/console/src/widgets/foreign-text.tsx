import { Button } from 'antd';
import { useState } from 'react';
import { appTexts } from '../i18n/app-texts.ts';
import { useTexts } from '../i18n/language.tsx';
import { visibleText } from './visible-text.ts';

/** A page of text; a label may have a million characters. */
const mostCharacters = 2000;

/** What strangers wrote, of any length: as text and nothing else, with what cannot be seen written out; the rest of a long one when it is asked for. */
export function ForeignText({ text }: { text: string }) {
  const say = useTexts(appTexts);
  const [isWhole, setWhole] = useState(false);
  const isCut = !isWhole && text.length > mostCharacters;
  return (
    <>
      <bdi style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
        {visibleText(isCut ? text.slice(0, mostCharacters) : text, { lines: true })}
      </bdi>
      {isCut ? (
        <>
          {'… '}
          <Button size="small" onClick={() => setWhole(true)}>
            {say('showAll', { count: text.length })}
          </Button>
        </>
      ) : null}
    </>
  );
}
