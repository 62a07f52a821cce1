import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Form, InputNumber } from 'antd';
import { useState } from 'react';
import { api } from '../../api/client.ts';
import { useLastMe } from '../../api/session.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { rulesTexts } from '../../i18n/rules-texts.ts';
import { FormDialog } from '../../widgets/form-dialog.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { RightButton, WithRight } from '../../widgets/rights.tsx';
import { PageHead } from './page-head.tsx';
import { projectKey, quotaQuery, useProjectName } from './project-queries.ts';
import { QuotaBars } from './quota-bars.tsx';
import { useRight } from './use-right.ts';

/** What a project uses of its limits, which administrators of the registry set. */
export function QuotaPage() {
  const project = useProjectName();
  const say = useTexts(rulesTexts);
  const sayForm = useTexts(formsTexts);
  const isAdministrator = useLastMe()?.administrator === true;
  const right = useRight('pull');
  const found = useQuery({ ...quotaQuery(project), enabled: right.allowed === true });
  const [isChanging, setChanging] = useState(false);
  return (
    <>
      <PageHead title={say('quota')} about={say('quotaAbout')}>
        <RightButton
          right={{ allowed: isAdministrator, reason: say('administratorsSet') }}
          disabled={found.data === undefined}
          onClick={() => setChanging(true)}
        >
          {sayForm('edit')}
        </RightButton>
      </PageHead>
      <WithRight right={right}>
        <Loaded query={found}>{({ value }) => <QuotaBars quota={value} />}</Loaded>
      </WithRight>
      {isChanging && <ChangeQuota onClose={() => setChanging(false)} />}
    </>
  );
}

const gib = 1024 ** 3;

/** As people write it: a limit that was set in bytes has no end of decimals. */
const inGib = (bytes: number | null) => (bytes === null ? null : Number((bytes / gib).toPrecision(5)));

/** What was set stays to the byte while its rounded figure stays. */
function inBytes(value: number | null, before: number | null): number | null {
  if (value === inGib(before)) return before;
  return value === null ? null : Math.round(value * gib);
}

/** As the form has them: in GiB, nothing where there is no limit. */
interface Limits {
  readonly storage: number | null;
  readonly tags: number | null;
  readonly pulls: number | null;
}

function ChangeQuota({ onClose }: { onClose: () => void }) {
  const project = useProjectName();
  const say = useTexts(rulesTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const found = useQuery(quotaQuery(project));
  return (
    <Loaded query={found}>
      {({ value: { storage, tags, pulls }, etag }) => (
        <FormDialog<Limits>
          title={say('changeQuota')}
          submit={sayForm('save')}
          initial={{ storage: inGib(storage.limitBytes), tags: tags.limit, pulls: inGib(pulls.limitBytesPerDay) }}
          onSubmit={async (limits) => {
            const body = {
              limitBytes: inBytes(limits.storage, storage.limitBytes),
              limitTags: limits.tags,
              limitPullBytesPerDay: inBytes(limits.pulls, pulls.limitBytesPerDay),
            };
            await api.PATCH('/api/v1/projects/{project}/quota', { params: { path: { project }, header: { 'If-Match': etag } }, body });
            await client.invalidateQueries({ queryKey: projectKey(project) });
          }}
          onClose={onClose}
        >
          <p>{say('noLimitHelp')}</p>
          <Form.Item name="storage" label={say('storageGib')}>
            <InputNumber min={0} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="tags" label={say('tags')}>
            <InputNumber min={0} precision={0} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="pulls" label={say('pullsGib')}>
            <InputNumber min={0} style={{ width: '100%' }} />
          </Form.Item>
        </FormDialog>
      )}
    </Loaded>
  );
}
