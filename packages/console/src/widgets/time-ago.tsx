import { dateTimeIn, timeAgoIn } from '../i18n/formats.ts';
import { useLanguage } from '../i18n/language.tsx';
import { useNow } from './now.ts';

/** How long ago an instant (ISO 8601) was, or how long it is until then; date and time when one points at it. */
export function TimeAgo({ at }: { at: string }) {
  const { language } = useLanguage();
  const now = useNow();
  return (
    <time dateTime={at} title={dateTimeIn(language, at)}>
      {timeAgoIn(language, Date.parse(at), now)}
    </time>
  );
}
