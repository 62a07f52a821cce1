import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Card, Flex, Form, Input, InputNumber, Radio, Select } from 'antd';
import { type Versioned, versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { projectsTexts } from '../../i18n/projects-texts.ts';
import { rightsTexts } from '../../i18n/rights-texts.ts';
import { CardGrid } from '../../widgets/card-grid.tsx';
import { Loaded } from '../../widgets/loaded.tsx';
import { RightButton } from '../../widgets/rights.tsx';
import { StandingForm } from '../../widgets/standing-form.tsx';
import { DeleteProject } from './delete-project.tsx';
import { PageHead } from './page-head.tsx';
import { type Project, projectQuery, useProjectName } from './project-queries.ts';
import { environments, visibilities } from './project-settings.ts';
import { PromotionForm } from './promotion-form.tsx';
import { useRight } from './use-right.ts';

/** What a project is: who sees it, where it stands in a chain, from where it is reached; and its end. */
export function SettingsPage() {
  const project = useProjectName();
  const say = useTexts(projectsTexts);
  const sayRights = useTexts(rightsTexts);
  const right = useRight('administer');
  const found = useQuery({ ...projectQuery(project), refetchOnWindowFocus: false });
  return (
    <>
      <PageHead title={say('tab.settings')} about={say('settingsAbout')} />
      <Flex vertical gap="middle">
        {right.allowed === false && <Alert type="info" showIcon title={right.reason} description={sayRights('askOwner')} />}
        <CardGrid>
          <Card size="small" title={say('general')}>
            <Loaded query={found}>{(shown) => <General project={shown} />}</Loaded>
          </Card>
          <Card size="small" title={say('asks')}>
            <PromotionForm />
          </Card>
        </CardGrid>
        <Card size="small" title={say('deleteProject')}>
          <DeleteProject />
        </Card>
      </Flex>
    </>
  );
}

/** As the form has them: null or nothing where there is none. */
interface Values {
  readonly description?: string;
  readonly visibility: Project['visibility'];
  readonly environment?: NonNullable<Project['environment']> | null;
  readonly promotesTo?: string;
  readonly expireAfterHours?: number | null;
  readonly allowedAddresses?: string[];
  readonly deniedAddresses?: string[];
}

/** As the API takes them. */
function changeOf({ visibility, ...values }: Values) {
  return {
    visibility,
    description: values.description?.trim() || null,
    environment: values.environment ?? null,
    promotesTo: values.promotesTo?.trim() || null,
    expireAfterHours: values.expireAfterHours ?? null,
    allowedAddresses: values.allowedAddresses ?? null,
    deniedAddresses: values.deniedAddresses ?? null,
  };
}

function General({ project: stored }: { project: Versioned<Project> }) {
  const say = useTexts(projectsTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const right = useRight('administer');
  const { queryKey } = projectQuery(stored.value.name);
  const save = async (values: Values, etag: string) => {
    const params = { path: { project: stored.value.name }, header: { 'If-Match': etag } };
    const changed = await versionedOf(api.PATCH('/api/v1/projects/{project}', { params, body: changeOf(values) }));
    client.setQueryData(queryKey, changed);
    await client.invalidateQueries({ queryKey });
    await client.invalidateQueries({ queryKey: ['projects'] });
    return changed.etag;
  };
  return (
    <StandingForm<Values>
      stored={stored}
      onSave={save}
      onReload={() => client.refetchQueries({ queryKey, exact: true }, { throwOnError: true })}
      isReadOnly={right.allowed !== true}
      button={(isBusy) => (
        <RightButton right={right} disabled={false} type="primary" htmlType="submit" loading={isBusy}>
          {sayForm('save')}
        </RightButton>
      )}
    >
      <Form.Item name="description" label={say('description')}>
        <Input.TextArea rows={2} maxLength={1000} />
      </Form.Item>
      <Form.Item name="visibility" label={say('visibility')}>
        <Radio.Group
          style={{ display: 'flex', flexDirection: 'column', gap: 4 }}
          options={visibilities.map((one) => ({ value: one, label: say(`${one}About`) }))}
        />
      </Form.Item>
      <Form.Item name="environment" label={say('environment')} extra={say('environmentHelp')}>
        <Select allowClear options={environments.map((one) => ({ value: one, label: say(one) }))} />
      </Form.Item>
      <Form.Item name="promotesTo" label={say('promotesTo')} extra={say('promotesToHelp')}>
        <Input allowClear autoComplete="off" maxLength={255} />
      </Form.Item>
      <Form.Item name="expireAfterHours" label={say('expires')} extra={say('expiresHelp')}>
        <InputNumber min={1} max={87_600} precision={0} />
      </Form.Item>
      <Form.Item name="allowedAddresses" label={say('allowed')} extra={say('allowedHelp')}>
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[' ', ',']} />
      </Form.Item>
      <Form.Item name="deniedAddresses" label={say('denied')}>
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[' ', ',']} />
      </Form.Item>
    </StandingForm>
  );
}
