import { Link } from '@tanstack/react-router';
import { Card } from 'antd';
import { homeTexts } from '../../i18n/home-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { actorName } from '../../widgets/actor-name.ts';
import { TimeAgo } from '../../widgets/time-ago.tsx';

/** A tag, and what is told of it: who set it when, or how often it was pulled. */
export interface ListedImage {
  readonly repository: string;
  readonly tag: string;
  readonly note: { readonly by?: string; readonly at: string } | { readonly pulls: number };
}

/** A short list of images, each a link to its page. */
export function ImageList({ title, images }: { title: string; images: readonly ListedImage[] }) {
  const say = useTexts(homeTexts);
  return (
    <Card title={<h2 className="card-title">{title}</h2>}>
      <ul className="images">
        {images.map(({ repository, tag, note }) => (
          <li key={`${repository}:${tag}`}>
            <Link to="/repositories/$repository/images/$reference" params={{ repository, reference: tag }}>
              {repository}:{tag}
            </Link>
            <span>
              {'pulls' in note ? (
                say('pullCount', { count: note.pulls })
              ) : (
                <>
                  {note.by === undefined ? '' : `${actorName(note.by)} · `}
                  <TimeAgo at={note.at} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
