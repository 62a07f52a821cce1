import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Checkbox, Form, InputNumber, Select } from 'antd';
import type { Versioned } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { projectsTexts } from '../../i18n/projects-texts.ts';
import { Loaded } from '../../widgets/loaded.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { type PromotionPolicy, projectKey, promotionQuery, useProjectName } from './project-queries.ts';
import { RightButton, useRight } from './rights.tsx';

/** What a project asks of what is promoted into it. */
export function PromotionForm() {
  const found = useQuery({ ...promotionQuery(useProjectName()), refetchOnWindowFocus: false });
  return <Loaded query={found}>{(policy) => <Terms key={policy.etag} policy={policy} />}</Loaded>;
}

interface Values {
  readonly fromChainOnly: boolean;
  readonly minimumAgeMinutes: number | null;
  readonly requiredReferrers: string[];
  readonly roles: string[];
}

function Terms({ policy: { value, etag } }: { policy: Versioned<PromotionPolicy> }) {
  const project = useProjectName();
  const say = useTexts(projectsTexts);
  const sayForm = useTexts(formsTexts);
  const client = useQueryClient();
  const right = useRight('configure');
  const saving = useMutation({
    mutationFn: async ({ minimumAgeMinutes, ...rest }: Values) => {
      const body = { ...rest, minimumAgeMinutes: minimumAgeMinutes ?? 0 };
      await api.PUT('/api/v1/projects/{project}/promotion', { params: { path: { project }, header: { 'If-Match': etag } }, body });
      await client.invalidateQueries({ queryKey: projectKey(project) });
    },
  });
  return (
    <Form<Values> layout="vertical" disabled={right.allowed !== true} initialValues={value} onFinish={(values) => saving.mutate(values)}>
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
      {saving.error && <Problem error={saving.error} />}
      <RightButton right={right} disabled={false} type="primary" htmlType="submit" loading={saving.isPending}>
        {sayForm('save')}
      </RightButton>{' '}
      <span role="status">{saving.isSuccess ? sayForm('saved') : ''}</span>
    </Form>
  );
}
