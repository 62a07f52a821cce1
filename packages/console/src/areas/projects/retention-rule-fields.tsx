import { DeleteOutlined } from '@ant-design/icons';
import { Button, Card, Checkbox, Flex, Form, Input, InputNumber, Select } from 'antd';
import { formsTexts } from '../../i18n/forms-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { rulesTexts } from '../../i18n/rules-texts.ts';
import { kinds, type RuleValues } from './retention-terms.ts';

/** One rule of a policy: of which tags it speaks, and what it keeps of them. */
export function RetentionRuleFields({ index, onRemove }: { index: number; onRemove: () => void }) {
  const say = useTexts(rulesTexts);
  const sayForm = useTexts(formsTexts);
  const required = { required: true, message: sayForm('required') };
  return (
    <Card
      size="small"
      type="inner"
      title={say('rule', { number: index + 1 })}
      extra={<Button size="small" icon={<DeleteOutlined />} aria-label={say('removeRule', { number: index + 1 })} onClick={onRemove} />}
    >
      <Flex gap="small" wrap>
        <Form.Item name={[index, 'repositories']} label={say('repositories')} rules={[required]} style={{ flex: '1 1 160px' }}>
          <Input autoComplete="off" maxLength={255} />
        </Form.Item>
        <Form.Item name={[index, 'include']} label={say('include')} style={{ flex: '1 1 160px' }}>
          <Select mode="tags" open={false} suffixIcon={null} />
        </Form.Item>
        <Form.Item name={[index, 'exclude']} label={say('exclude')} style={{ flex: '1 1 160px' }}>
          <Select mode="tags" open={false} suffixIcon={null} />
        </Form.Item>
      </Flex>
      <Flex gap="small" wrap>
        <Form.Item name={[index, 'kind']} label={say('keep')} style={{ flex: '2 1 220px' }}>
          <Select options={kinds.map((value) => ({ value, label: say(`keep.${value}`) }))} />
        </Form.Item>
        <Form.Item noStyle dependencies={[['rules', index, 'kind']]}>
          {({ getFieldValue }) => <KindFields index={index} kind={getFieldValue(['rules', index, 'kind']) as RuleValues['kind']} />}
        </Form.Item>
      </Flex>
    </Card>
  );
}

function KindFields({ index, kind }: { index: number; kind: RuleValues['kind'] }) {
  const say = useTexts(rulesTexts);
  const sayForm = useTexts(formsTexts);
  const required = { required: true, message: sayForm('required') };
  if (kind === 'all') return null;
  if (kind === 'pushedWithin' || kind === 'pulledWithin') {
    return (
      <Form.Item name={[index, 'days']} label={say('days')} rules={[required]} style={{ flex: '1 1 100px' }}>
        <InputNumber min={0} max={36_500} style={{ width: '100%' }} />
      </Form.Item>
    );
  }
  return (
    <>
      <Form.Item name={[index, 'count']} label={say('count')} rules={[required]} style={{ flex: '1 1 100px' }}>
        <InputNumber min={1} max={1000} precision={0} style={{ width: '100%' }} />
      </Form.Item>
      {kind === 'semver' && (
        <>
          <Form.Item name={[index, 'per']} label={say('per')} rules={[required]} style={{ flex: '1 1 120px' }}>
            <Select options={(['major', 'minor'] as const).map((value) => ({ value, label: say(`per.${value}`) }))} />
          </Form.Item>
          <Form.Item name={[index, 'prereleases']} valuePropName="checked" label={say('prereleases')}>
            <Checkbox>{sayForm('yes')}</Checkbox>
          </Form.Item>
        </>
      )}
    </>
  );
}
