import type { components } from '@longshore/api-client';
import { useQuery } from '@tanstack/react-query';
import { Descriptions, Flex, Progress, Tag } from 'antd';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { useTexts } from '../../i18n/language.tsx';
import { oversightTexts } from '../../i18n/oversight-texts.ts';
import { Loaded } from '../../widgets/loaded.tsx';
import { SizeText } from '../../widgets/size-text.tsx';
import { TimeAgo } from '../../widgets/time-ago.tsx';
import { About } from './about.tsx';

type Store = components['schemas']['StoreUse'];

/** What the stores hold, and what sharing saves. */
export function StoragePage() {
  const say = useTexts(oversightTexts);
  const found = useQuery({ queryKey: ['storage'], queryFn: () => bodyOf(api.GET('/api/v1/storage')) });
  return (
    <>
      <About title={say('storage')} />
      <Loaded query={found}>
        {({ stores, storedBytes, chargedBytes, savedBytes, countedAt }) => (
          <Flex vertical gap="large">
            <Descriptions
              column={{ xs: 1, sm: 1, md: 2 }}
              items={[
                { key: 'stored', label: say('stored'), children: <SizeText bytes={storedBytes} /> },
                { key: 'charged', label: say('charged'), children: <SizeText bytes={chargedBytes} /> },
                { key: 'saved', label: say('saved'), children: <SizeText bytes={savedBytes} /> },
                { key: 'counted', label: say('counted'), children: <TimeAgo at={countedAt} /> },
              ]}
            />
            {stores.map((store) => (
              <StoreRoom key={store.name} store={store} />
            ))}
          </Flex>
        )}
      </Loaded>
    </>
  );
}

function StoreRoom({ store: { name, kind, reachable, blobs, bytes, freeBytes, totalBytes, nearlyFull } }: { store: Store }) {
  const say = useTexts(oversightTexts);
  const percent = freeBytes === undefined || !totalBytes ? undefined : Math.round(100 - (100 * freeBytes) / totalBytes);
  const room = percent === undefined ? undefined : say('room', { percent });
  return (
    <section>
      <h2 style={{ fontSize: 18 }}>
        {name}{' '}
        <Tag>
          <code>{kind}</code>
        </Tag>
        <Tag color={reachable ? 'green' : 'red'}>{say(reachable ? 'reachable' : 'away')}</Tag>
        {nearlyFull === true && <Tag color="red">{say('nearlyFull')}</Tag>}
      </h2>
      {percent !== undefined && (
        <Progress percent={percent} status={nearlyFull === true ? 'exception' : 'normal'} aria-label={`${name}: ${room}`} />
      )}
      <Descriptions
        column={{ xs: 1, sm: 1, md: 4 }}
        items={[
          { key: 'blobs', label: say('blobs'), children: blobs },
          { key: 'used', label: say('used'), children: <SizeText bytes={bytes} /> },
          ...(freeBytes === undefined ? [] : [{ key: 'free', label: say('free'), children: <SizeText bytes={freeBytes} /> }]),
          ...(totalBytes === undefined ? [] : [{ key: 'total', label: say('total'), children: <SizeText bytes={totalBytes} /> }]),
        ]}
      />
    </section>
  );
}
