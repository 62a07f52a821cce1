import type { components } from '@longshore/api-client';
import { useQuery } from '@tanstack/react-query';
import { Checkbox, Flex, Input, Table, Tag } from 'antd';
import { useState } from 'react';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { oversightTexts } from '../../i18n/oversight-texts.ts';
import { EmptyState } from '../../widgets/empty-state.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { About } from './about.tsx';

type Setting = components['schemas']['EffectiveSetting'];

/** Every setting that counts now. */
export function SettingsPage() {
  const say = useTexts(oversightTexts);
  const [words, setWords] = useState('');
  const [onlyChanged, setOnlyChanged] = useState(false);
  const found = useQuery({ queryKey: ['settings'], queryFn: () => bodyOf(api.GET('/api/v1/settings')) });
  return (
    <>
      <About title={say('settings')} about={say('settingsAbout')} />
      <Flex gap="middle" align="center" wrap style={{ marginBottom: 12 }}>
        <Input.Search
          allowClear
          aria-label={say('searchSettings')}
          placeholder={say('searchSettings')}
          onChange={({ target }) => setWords(target.value)}
          style={{ maxWidth: 320 }}
        />
        <Checkbox checked={onlyChanged} onChange={({ target }) => setOnlyChanged(target.checked)}>
          {say('onlyChanged')}
        </Checkbox>
      </Flex>
      <Loaded query={found}>{({ settings }) => <Settings settings={settings} words={words} onlyChanged={onlyChanged} />}</Loaded>
    </>
  );
}

function Settings({ settings, words, onlyChanged }: { settings: readonly Setting[]; words: string; onlyChanged: boolean }) {
  const say = useTexts(oversightTexts);
  const { language } = useLanguage();
  const about = ({ description }: Setting) => (language === 'en' ? description.en : description.zh);
  const wanted = words.trim().toLowerCase();
  const rows = settings.filter(
    (setting) => (!onlyChanged || setting.source !== 'default') && `${setting.key} ${about(setting)}`.toLowerCase().includes(wanted),
  );
  if (rows.length === 0) return <EmptyState title={say('noSettings')} />;
  return (
    <Table<Setting>
      size="middle"
      pagination={false}
      dataSource={rows}
      rowKey={({ key }) => key}
      scroll={{ x: 640 }}
      columns={[
        {
          key: 'key',
          title: say('setting'),
          render: (_, setting) => (
            <>
              <code>{setting.key}</code> {setting.needsRestart && <Tag color="orange">{say('needsRestart')}</Tag>}
              <div className="admin-setting">{about(setting)}</div>
            </>
          ),
        },
        { key: 'value', title: say('value'), render: (_, { value }) => <code className="admin-wrap">{written(value)}</code> },
        {
          key: 'from',
          title: say('from'),
          render: (_, { source }) => (source === 'default' ? say('default') : <Tag color="blue">{source}</Tag>),
        },
      ]}
    />
  );
}

function written(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
