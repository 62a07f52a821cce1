import { type Fault, findFaults, firstChoices, type WorkloadChoices, type WorkloadImage } from '@longshore/deploy';
import { Form } from 'antd';
import { type ReactNode, useMemo, useState } from 'react';
import { deployTexts } from '../../i18n/deploy-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { EnvironmentFields, ResourceFields, VolumeFields } from './content-fields.tsx';
import { Faults } from './field.tsx';
import { choicesOf, type FormValues, formValuesOf } from './form-values.ts';
import { NetworkFields } from './network-fields.tsx';
import { Output } from './output.tsx';
import { SecurityFields } from './security-fields.tsx';
import { WorkloadFields } from './workload-fields.tsx';

interface Shown {
  readonly registry: string;
  readonly choices: WorkloadChoices;
}

/** The form, and beside it what it makes. `image.repository` is without the registry, which is a field. */
export function Assistant({ image, environment }: { image: WorkloadImage; environment: readonly string[] }) {
  const say = useTexts(deployTexts);
  const [form] = Form.useForm<FormValues>();
  const initial = useMemo(() => formValuesOf(firstChoices(image), window.location.host), [image]);
  const [shown, setShown] = useState<Shown>(() => ({ registry: initial.registry, choices: choicesOf(initial) }));
  const [faults, setFaults] = useState<readonly Fault[]>(() => findFaults(shown.choices, image.healthCheck !== undefined));
  const [isCronJob, setCronJob] = useState(false);
  const onChange = () => {
    const values = { ...initial, ...(form.getFieldsValue(true) as FormValues) };
    const choices = choicesOf(values);
    const found = findFaults(choices, image.healthCheck !== undefined);
    setFaults(found);
    setCronJob(choices.kind === 'CronJob');
    if (found.length === 0) setShown({ registry: values.registry.trim(), choices });
  };
  const named = useMemo(() => ({ ...image, repository: `${shown.registry}/${image.repository}` }), [image, shown.registry]);
  return (
    <Faults value={faults}>
      <div className="deploy">
        <Form<FormValues> form={form} layout="vertical" initialValues={initial} onValuesChange={onChange}>
          <Section title={say('workload')}>
            <WorkloadFields />
          </Section>
          {!isCronJob && (
            <Section title={say('network')}>
              <NetworkFields hasHealthCheck={image.healthCheck !== undefined} />
            </Section>
          )}
          <Section title={say('environment')}>
            <EnvironmentFields imageEnvironment={environment} />
          </Section>
          <Section title={say('resources')}>
            <ResourceFields />
          </Section>
          <Section title={say('storage')}>
            <VolumeFields />
          </Section>
          <Section title={say('security')}>
            <SecurityFields image={image} />
          </Section>
        </Form>
        <Output image={named} choices={shown.choices} isOld={faults.length > 0} />
      </div>
    </Faults>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="deploy-section">
      <h2>{title}</h2>
      {children}
    </section>
  );
}
