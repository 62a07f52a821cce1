import { accessModes } from '@longshore/deploy';
import { Form, Typography } from 'antd';
import { deployTexts } from '../../i18n/deploy-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ChoiceField, TextField } from './field.tsx';
import { newVariable, newVolume, type VariableLine } from './form-values.ts';
import { Lines } from './lines.tsx';

/** Variables, each with a value or from a Secret. */
export function EnvironmentFields({ imageEnvironment }: { imageEnvironment: readonly string[] }) {
  const say = useTexts(deployTexts);
  const lines = Form.useWatch<readonly VariableLine[] | undefined>('environment') ?? [];
  const origins = [
    { value: 'value', label: say('fromValue') },
    { value: 'secret', label: say('fromSecret') },
  ];
  const at = (line: number, field: keyof VariableLine) => ({ list: 'environment', path: [line, field] });
  return (
    <>
      {imageEnvironment.length > 0 && (
        <Typography.Paragraph type="secondary">
          {say('imageEnvironment', { names: imageEnvironment.map((line) => line.split('=', 1).join()) })}
        </Typography.Paragraph>
      )}
      <Lines
        name="environment"
        add={say('addVariable')}
        remove={(line) => say('removeVariable', { name: lines[line]?.name || String(line + 1) })}
        newLine={newVariable}
        line={(line) => (
          <>
            <TextField {...at(line, 'name')} label={say('variable')} />
            <ChoiceField {...at(line, 'from')} label={say('from')} options={origins} />
            {lines[line]?.from === 'secret' ? (
              <>
                <TextField {...at(line, 'secret')} label={say('secret')} />
                <TextField {...at(line, 'key')} label={say('secretKey')} />
              </>
            ) : (
              <TextField {...at(line, 'value')} label={say('fromValue')} />
            )}
          </>
        )}
      />
    </>
  );
}

/** What it may take of a node. */
export function ResourceFields() {
  const say = useTexts(deployTexts);
  return (
    <div className="deploy-fields">
      <TextField path={['resources', 'cpuRequest']} label={say('cpuRequest')} placeholder="100m" />
      <TextField path={['resources', 'cpuLimit']} label={say('cpuLimit')} placeholder="1" />
      <TextField path={['resources', 'memoryRequest']} label={say('memoryRequest')} placeholder="128Mi" />
      <TextField path={['resources', 'memoryLimit']} label={say('memoryLimit')} placeholder="256Mi" />
    </div>
  );
}

/** What outlives a pod. */
export function VolumeFields() {
  const say = useTexts(deployTexts);
  return (
    <Lines
      name="volumes"
      add={say('addVolume')}
      remove={(line) => say('removeVolume', { name: String(line + 1) })}
      newLine={newVolume}
      line={(line) => (
        <>
          <TextField list="volumes" path={[line, 'path']} label={say('path')} />
          <TextField list="volumes" path={[line, 'name']} label={say('name')} />
          <TextField list="volumes" path={[line, 'size']} label={say('size')} />
          <TextField list="volumes" path={[line, 'storageClass']} label={say('storageClass')} extra={say('storageClassHelp')} />
          <ChoiceField
            list="volumes"
            path={[line, 'accessMode']}
            label={say('accessMode')}
            options={accessModes.map((value) => ({ value, label: value }))}
          />
        </>
      )}
    />
  );
}
