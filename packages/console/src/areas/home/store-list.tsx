import { Card, Flex, Progress, Typography } from 'antd';
import type { Overview } from '../../api/overview-query.ts';
import { sizeIn } from '../../i18n/formats.ts';
import { homeTexts } from '../../i18n/home-texts.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';

type Storage = NonNullable<Overview['administration']>['storage'];

const isStoreKind = (kind: string): kind is 'filesystem' | 's3' => kind === 'filesystem' || kind === 's3';

/** What each store holds, and how much is left where that can be known. */
export function StoreList({ storage }: { storage: Storage }) {
  const say = useTexts(homeTexts);
  const { language } = useLanguage();
  return (
    <Card title={<h2 className="card-title">{say('storage')}</h2>}>
      <Flex vertical gap="middle">
        {storage.stores.map(({ name, kind, reachable, bytes, freeBytes, totalBytes, nearlyFull }) => (
          <div key={name}>
            <Flex justify="space-between" gap="small" wrap>
              <Typography.Text strong>
                {name} <Typography.Text type="secondary">{isStoreKind(kind) ? say(`store.${kind}`) : kind}</Typography.Text>
              </Typography.Text>
              <Typography.Text {...(!reachable && { type: 'danger' as const })}>
                {reachable ? say('held', { size: sizeIn(language, bytes) }) : say('unreachable')}
              </Typography.Text>
            </Flex>
            {freeBytes === undefined || totalBytes === undefined || totalBytes === 0 ? null : (
              <>
                <Progress
                  aria-label={name}
                  percent={Math.round((1 - freeBytes / totalBytes) * 100)}
                  status={nearlyFull === true ? 'exception' : 'normal'}
                />
                <Typography.Text>{say('free', { free: sizeIn(language, freeBytes), total: sizeIn(language, totalBytes) })}</Typography.Text>
              </>
            )}
          </div>
        ))}
      </Flex>
    </Card>
  );
}
