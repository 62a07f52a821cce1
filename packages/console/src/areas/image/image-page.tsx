import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Flex, Tabs } from 'antd';
import { imageText } from '../../api/image-name.ts';
import { manifestContentQuery } from '../../api/manifest-query.ts';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { RefusedPage } from '../../widgets/refused-page.tsx';
import { Waiting } from '../../widgets/waiting.tsx';
import { FileBrowser } from './file-browser.tsx';
import { ImageConfig } from './image-config.tsx';
import { ImageHeading } from './image-heading.tsx';
import { ImageHistory } from './image-history.tsx';
import { ImageOverview } from './image-overview.tsx';
import { type ImageSearch, imageTabs } from './image-search.ts';
import { LayerList } from './layer-list.tsx';
import { ManifestText } from './manifest-text.tsx';
import { PromotionPanel } from './promotion-panel.tsx';
import { imageQuery } from './queries.ts';
import { ReferrerTree } from './referrer-tree.tsx';
import { chooseEntry } from './shown-image.ts';

const route = getRouteApi('/repositories/$repository/images/$reference');

/** One image: what it is of, how it is pulled, what refers to it, where it goes on to. */
export function ImagePage() {
  const say = useTexts(imageTexts);
  const { repository, reference } = route.useParams();
  const search: ImageSearch = route.useSearch();
  const navigate = useNavigate();
  const go = (next: ImageSearch) =>
    void navigate({ to: '/repositories/$repository/images/$reference', params: { repository, reference }, search: next });
  const found = useQuery(imageQuery(repository, reference));
  const root = useQuery({ ...manifestContentQuery(repository, found.data?.digest ?? ''), enabled: found.data !== undefined });
  const entry = root.data && chooseEntry(root.data.entries, search.platform);
  const child = useQuery({ ...manifestContentQuery(repository, entry?.digest ?? ''), enabled: entry !== undefined });
  const error = found.error ?? root.error ?? child.error;
  if (error !== null) {
    const retry = () => void Promise.all([found, root, child].map((query) => query.isError && query.refetch()));
    return <RefusedPage title={imageText({ repository, reference })} error={error} onRetry={retry} />;
  }
  if (found.data === undefined || root.data === undefined) return <Waiting />;
  const digest = entry?.digest ?? found.data.digest;
  const content = entry === undefined ? root.data : child.data;
  const [project = ''] = repository.split('/');
  const image = { repository, project, reference, root: root.data, manifest: found.data, digest, content, platform: entry?.platform };
  const change = (next: ImageSearch) => {
    const { platform } = search;
    go({ ...(platform !== undefined && { platform }), ...next });
  };
  const contents = {
    overview: <ImageOverview image={image} />,
    layers: content && <LayerList repository={repository} reference={reference} layers={content.layers} />,
    history: <ImageHistory repository={repository} reference={reference} digest={digest} />,
    config: <ImageConfig repository={repository} digest={digest} />,
    files: content && (
      <FileBrowser
        repository={repository}
        digest={digest}
        layers={content.layers}
        place={search}
        onMove={(place) => change({ tab: 'files', ...place })}
      />
    ),
    manifest: <ManifestText root={root.data} child={entry === undefined ? undefined : content} platform={entry?.platform} />,
    referrers: <ReferrerTree repository={repository} digest={found.data.digest} />,
    promotion: <PromotionPanel image={image} />,
  };
  return (
    <Flex vertical gap="middle">
      <ImageHeading image={image} onPlatform={(platform) => go({ ...(search.tab !== undefined && { tab: search.tab }), platform })} />
      <Tabs
        activeKey={search.tab ?? 'overview'}
        destroyOnHidden
        items={imageTabs.map((key) => ({ key, label: say(key), children: contents[key] ?? <Waiting /> }))}
        onChange={(key) => {
          const tab = imageTabs.find((one) => one === key);
          change(tab === undefined || tab === 'overview' ? {} : { tab });
        }}
      />
    </Flex>
  );
}
