import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Flex, Form, Input } from 'antd';
import { bodyOf } from '../../api/answer.ts';
import { api } from '../../api/client.ts';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { robotsTexts } from '../../i18n/robots-texts.ts';
import { Dialog } from '../../widgets/dialog.tsx';
import { Problem } from '../../widgets/problem.tsx';
import { useProjectName } from './project-queries.ts';

interface Values {
  readonly claims: string;
  readonly rule?: string;
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    // It is no JSON, which is the answer.
    return false;
  }
}

/** Tries a rule, and those that are stored, on what a token says. */
export function TrustTrial({ robot, onClose }: { robot: string; onClose: () => void }) {
  const project = useProjectName();
  const say = useTexts(robotsTexts);
  const sayForm = useTexts(formsTexts);
  const trial = useMutation({
    mutationFn: ({ claims, rule = '' }: Values) =>
      bodyOf(
        api.POST('/api/v1/projects/{project}/robots/{robot}/trusts/check', {
          params: { path: { project, robot } },
          body: { claims: JSON.parse(claims) as Record<string, unknown>, ...(rule.trim() !== '' && { rule }) },
        }),
      ),
  });
  return (
    <Dialog width={640} title={say('tryRule')} footer={<Button onClick={onClose}>{sayForm('close')}</Button>} onCancel={onClose}>
      <Form<Values>
        layout="vertical"
        onFinish={(values) => trial.mutate(values)}
        initialValues={{ claims: '{\n  "sub": "repo:octo/app:ref:refs/heads/main"\n}' }}
      >
        <Form.Item
          name="claims"
          label={say('claims')}
          extra={say('claimsHelp')}
          rules={[{ validator: (_, text: string) => (isObject(text) ? Promise.resolve() : Promise.reject(new Error(say('claimsBad')))) }]}
        >
          <Input.TextArea rows={6} style={{ fontFamily: 'ui-monospace, monospace' }} spellCheck={false} />
        </Form.Item>
        <Form.Item name="rule" label={say('rule')} extra={say('ruleHelp')}>
          <Input.TextArea rows={2} maxLength={2048} style={{ fontFamily: 'ui-monospace, monospace' }} spellCheck={false} />
        </Form.Item>
        <Flex vertical gap="small" aria-live="polite">
          <Button type="primary" htmlType="submit" loading={trial.isPending}>
            {say('try')}
          </Button>
          {trial.error && <Problem error={trial.error} />}
          {trial.data?.rule && (
            <Alert
              type={trial.data.rule.matches ? 'success' : 'warning'}
              showIcon
              title={trial.data.rule.matches ? say('ruleTrue') : say('ruleFalse')}
              description={[trial.data.rule.fault, ...trial.data.rule.warnings].filter((text) => text !== undefined).join(' ')}
            />
          )}
          {trial.data?.trusts.map(({ id, rule, matches }) => (
            <Alert
              key={id}
              type={matches ? 'success' : 'info'}
              showIcon
              title={matches ? say('trustTrue') : say('trustFalse')}
              description={<code>{rule}</code>}
            />
          ))}
        </Flex>
      </Form>
    </Dialog>
  );
}
