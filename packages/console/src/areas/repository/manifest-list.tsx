import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Flex } from 'antd';
import { useTexts } from '../../i18n/language.tsx';
import { repositoryTexts } from '../../i18n/repository-texts.ts';
import { CopyButton } from '../../widgets/copy-button.tsx';
import { shortDigest } from '../../widgets/digest-text.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { PushCommands } from '../../widgets/push-commands.tsx';
import { SizeText } from '../../widgets/size-text.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { type VirtualColumn, VirtualTable } from '../../widgets/virtual-table.tsx';
import { visibleText } from '../../widgets/visible-text.ts';
import { type Manifest, manifestsQuery } from './queries.ts';

/** Everything that a repository holds, also what no tag points at. */
export function ManifestList({ repository }: { repository: string }) {
  const say = useTexts(repositoryTexts);
  const query = useInfiniteQuery(manifestsQuery(repository));
  const columns: VirtualColumn<Manifest>[] = [
    {
      key: 'digest',
      title: say('digest'),
      width: '210px',
      cell: ({ digest }) => (
        <Flex align="center">
          <Link to="/repositories/$repository/images/$reference" params={{ repository, reference: digest }}>
            <code title={digest}>{shortDigest(digest)}</code>
          </Link>
          <CopyButton text={digest} label={say('copyDigest')} />
        </Flex>
      ),
    },
    {
      key: 'type',
      title: say('type'),
      width: 'minmax(200px, 1fr)',
      cell: ({ artifactType, mediaType, subject }) => {
        const type = visibleText(artifactType ?? mediaType);
        return (
          <span title={type}>
            {kindOf(type, say)}
            {subject === undefined ? '' : ` · ${say('refersTo', { subject: shortDigest(subject) })}`}
          </span>
        );
      },
    },
    { key: 'size', title: say('manifestSize'), width: '110px', align: 'end', cell: ({ sizeBytes }) => <SizeText bytes={sizeBytes} /> },
    { key: 'pushed', title: say('pushed'), width: '120px', cell: ({ pushedAt }) => <TimeAgo at={pushedAt} /> },
    {
      key: 'pulled',
      title: say('pulled'),
      width: '120px',
      cell: ({ lastPulledAt }) => (lastPulledAt === undefined ? say('never') : <TimeAgo at={lastPulledAt} />),
    },
  ];
  return (
    <VirtualTable
      label={say('manifests')}
      columns={columns}
      query={query}
      keyOf={({ digest }) => digest}
      minWidth={840}
      empty={
        <EmptyState title={say('noManifests')}>
          <PushCommands repository={repository} />
        </EmptyState>
      }
    />
  );
}

/** What people call the usual media types. */
function kindOf(type: string, say: (name: 'index' | 'image') => string): string {
  if (/image\.index|manifest\.list/.test(type)) return say('index');
  return /image\.(config|manifest)|distribution\.manifest\.v2/.test(type) ? say('image') : type;
}
