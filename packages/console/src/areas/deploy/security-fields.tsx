import { userOf, type WorkloadImage } from '@longshore/deploy';
import { Alert, Form, Switch } from 'antd';
import { deployTexts } from '../../i18n/deploy-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { Field, NumberField, TextField } from './field.tsx';

/** Whom it runs as, and with what it is pulled. */
export function SecurityFields({ image }: { image: WorkloadImage }) {
  const say = useTexts(deployTexts);
  return (
    <>
      <UserNote image={image} />
      <div className="deploy-fields deploy-after">
        <NumberField
          path={['runAsUser']}
          label={say('runAsUser')}
          extra={say('runAsUserHelp', { user: image.user || 'root' })}
          most={2 ** 31 - 1}
        />
        <TextField path={['pullSecret']} label={say('pullSecret')} extra={say('pullSecretHelp')} />
      </div>
      <Field path={['readOnlyRoot']} label={say('readOnlyRoot')} extra={say('readOnlyRootHelp')}>
        <Switch />
      </Field>
    </>
  );
}

function UserNote({ image }: { image: WorkloadImage }) {
  const say = useTexts(deployTexts);
  const chosen = Form.useWatch<number | null | undefined>('runAsUser');
  const { kind } = userOf(image);
  if (chosen === null || chosen === undefined ? kind === 'number' : chosen > 0)
    return <Alert type="success" showIcon title={say('isSafe')} />;
  const isNamed = kind === 'name' && chosen !== 0;
  return <Alert type="warning" showIcon title={isNamed ? say('isNamed', { user: image.user }) : say('isRoot')} />;
}
