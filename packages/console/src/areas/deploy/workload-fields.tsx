import { concurrencyPolicies, type WorkloadKind } from '@longshore/deploy';
import { Form, Input, Radio, Select } from 'antd';
import { useMemo } from 'react';
import { deployTexts } from '../../i18n/deploy-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ChoiceField, Field, NumberField, TextField } from './field.tsx';

/** What it is called, of which kind, how many or when. */
export function WorkloadFields() {
  const say = useTexts(deployTexts);
  const kind = Form.useWatch<WorkloadKind | undefined>('kind');
  const kinds = [
    { value: 'Deployment', label: say('deployment') },
    { value: 'StatefulSet', label: say('statefulSet') },
    { value: 'CronJob', label: say('cronJob') },
  ];
  return (
    <>
      <Field path={['kind']} label={say('kind')}>
        <Radio.Group options={kinds} vertical />
      </Field>
      <div className="deploy-fields">
        <TextField path={['name']} label={say('name')} />
        <TextField path={['namespace']} label={say('namespace')} extra={say('namespaceHelp')} />
        {kind === 'CronJob' ? <ScheduleFields /> : <NumberField path={['replicas']} label={say('replicas')} most={1000} />}
        <TextField path={['registry']} label={say('registry')} extra={say('registryHelp')} />
      </div>
      <Field path={['arguments']} label={say('arguments')} extra={say('argumentsHelp')}>
        <Input.TextArea rows={2} spellCheck={false} />
      </Field>
    </>
  );
}

function ScheduleFields() {
  const say = useTexts(deployTexts);
  const zones = useMemo(() => ['', 'Etc/UTC', ...Intl.supportedValuesOf('timeZone')].map((value) => ({ value, label: value || '-' })), []);
  const labels = { Forbid: say('forbid'), Allow: say('allow'), Replace: say('replace') };
  return (
    <>
      <TextField path={['schedule']} label={say('schedule')} extra={say('scheduleHelp')} />
      <Field path={['timeZone']} label={say('timeZone')} extra={say('timeZoneHelp')}>
        <Select showSearch options={zones} />
      </Field>
      <ChoiceField
        path={['concurrency']}
        label={say('concurrency')}
        options={concurrencyPolicies.map((value) => ({ value, label: labels[value] }))}
      />
    </>
  );
}
