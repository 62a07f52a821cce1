import { useQuery } from '@tanstack/react-query';
import { Descriptions, Flex } from 'antd';
import { type Image, imageByDigestQuery } from '../../api/image-query.ts';
import { imageTexts } from '../../i18n/image-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { ForeignText } from '../../widgets/foreign-text.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { Waiting } from '../../widgets/waiting.tsx';
import { LongText } from './long-text.tsx';
import { NamedValues } from './named-values.tsx';
import './image-facts.css';

type Config = NonNullable<Image['config']>;

/** How an image is run, as whoever built it wrote. */
export function ImageConfig({ repository, digest }: { repository: string; digest: string }) {
  const say = useTexts(imageTexts);
  const { data, error, refetch } = useQuery(imageByDigestQuery(repository, digest));
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Waiting />;
  if (data.config === undefined) return <EmptyState title={say('noConfig')} />;
  const { config } = data;
  return (
    <Flex vertical gap="large">
      <RunFacts config={config} />
      <NamedValues title={say('environment')} values={Object.fromEntries(config.environment.map(splitVariable))} />
      <NamedValues title={say('labels')} values={config.labels} />
      <LongText text={JSON.stringify(config, undefined, 2)} label={say('copyConfig')} />
    </Flex>
  );
}

function RunFacts({ config }: { config: Config }) {
  const say = useTexts(imageTexts);
  const { os, architecture, variant, created, author, user, workingDirectory, stopSignal, entrypoint, command, exposedPorts, volumes } =
    config;
  const platform = [os, architecture, variant].filter(Boolean).join('/');
  const words = (list: readonly string[]) => (list.length === 0 ? undefined : <code>{JSON.stringify(list)}</code>);
  const facts = {
    platform: platform === '' ? undefined : platform,
    built: created === undefined || Number.isNaN(Date.parse(created)) ? undefined : <TimeAgo at={created} />,
    author,
    entrypoint: words(entrypoint),
    command: words(command),
    workingDirectory,
    user: user === undefined || user === '' ? 'root' : user,
    ports: exposedPorts.length === 0 ? undefined : exposedPorts.join(', '),
    volumes: volumes.length === 0 ? undefined : volumes.join(', '),
    stopSignal,
  } as const;
  const items = (Object.keys(facts) as (keyof typeof facts)[]).flatMap((key) => {
    const value = facts[key];
    if (value === undefined || value === '') return [];
    return [
      {
        key,
        label: say(key),
        children: <span style={{ overflowWrap: 'anywhere' }}>{typeof value === 'string' ? <ForeignText text={value} /> : value}</span>,
      },
    ];
  });
  return (
    <Descriptions
      bordered
      size="small"
      className="image-facts"
      styles={{ label: { width: '9em' } }}
      column={{ xs: 1, sm: 1, md: 1, lg: 2 }}
      items={items}
    />
  );
}

/** `NAME=value`; a value may have further equals signs. */
function splitVariable(variable: string): readonly [string, string] {
  const at = variable.indexOf('=');
  return at < 0 ? [variable, ''] : [variable.slice(0, at), variable.slice(at + 1)];
}
