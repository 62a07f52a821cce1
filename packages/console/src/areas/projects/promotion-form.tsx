import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Checkbox, Form, InputNumber, Select } from 'antd';
import { type Versioned, versionedOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { projectsTexts } from '../../i18n/projects-texts.ts';
import { Loaded } from '../../widgets/loaded.tsx';
import { RightButton } from '../../widgets/rights.tsx';
import { StandingForm } from '../../widgets/standing-form.tsx';
import { type PromotionPolicy, promotionQuery, useProjectName } from './project-queries.ts';
import { useRight } from './use-right.ts';

/** What a project asks of what is promoted into it. */
export function PromotionForm() {
  const found = useQuery({ ...promotionQuery(useProjectName()), refetchOnWindowFocus: false });
  return <Loaded query={found}>{(policy) => <Terms policy={policy} />}</Loaded>;
}

interface Values {
  readonly fromChainOnly: boolean;
  readonly minimumAgeMinutes: number | null;
  readonly requiredReferrers: string[];
  readonly roles: string[];
}

function Terms({ policy }: { policy: Versioned<PromotionPolicy> }) {
  const project = useProjectName();
  const say = useTexts(projectsTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const right = useRight('configure');
  const { queryKey } = promotionQuery(project);
  const save = async ({ minimumAgeMinutes, ...rest }: Values, etag: string) => {
    const params = { path: { project }, header: { 'If-Match': etag } };
    const body = { ...rest, minimumAgeMinutes: minimumAgeMinutes ?? 0 };
    const changed = await versionedOf(api.PUT('/api/v1/projects/{project}/promotion', { params, body }));
    client.setQueryData(queryKey, changed);
    return changed.etag;
  };
  return (
    <StandingForm<Values>
      stored={policy}
      onSave={save}
      onReload={() => client.refetchQueries({ queryKey }, { throwOnError: true })}
      isReadOnly={right.allowed !== true}
      button={(isBusy) => (
        <RightButton right={right} disabled={false} type="primary" htmlType="submit" loading={isBusy}>
          {sayForm('save')}
        </RightButton>
      )}
    >
      <Form.Item name="fromChainOnly" valuePropName="checked">
        <Checkbox>{say('asksChain')}</Checkbox>
      </Form.Item>
      <Form.Item name="minimumAgeMinutes" label={say('minimumAge')} extra={say('minimumAgeHelp')}>
        <InputNumber min={0} max={527_040} precision={0} />
      </Form.Item>
      <Form.Item name="requiredReferrers" label={say('requiredReferrers')} extra={say('requiredReferrersHelp')}>
        <Select mode="tags" open={false} suffixIcon={null} />
      </Form.Item>
      <Form.Item name="roles" label={say('promotingRoles')} extra={say('promotingRolesHelp')}>
        <Select mode="tags" open={false} suffixIcon={null} />
      </Form.Item>
    </StandingForm>
  );
}
