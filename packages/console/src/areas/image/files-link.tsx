import { Link, useSearch } from '@tanstack/react-router';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { shortDigest } from '../../widgets/digest-text.tsx';
import { imageSearch } from './image-search.ts';

/** Leads to the files of one layer. */
export function FilesLink({ repository, reference, layer }: { repository: string; reference: string; layer: string }) {
  const say = useTexts(imageTexts);
  const { platform } = imageSearch(useSearch({ strict: false }));
  return (
    <Link
      to="/repositories/$repository/images/$reference"
      params={{ repository, reference }}
      search={{ ...(platform !== undefined && { platform }), tab: 'files', layer }}
      aria-label={say('openLayer', { layer: shortDigest(layer) })}
    >
      {say('files')}
    </Link>
  );
}
