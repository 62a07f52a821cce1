import { type ProbeKind, probeKinds, serviceTypes } from '@longshore/deploy';
import { Form } from 'antd';
import { deployTexts } from '../../i18n/deploy-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ChoiceField, NumberField, TextField } from './field.tsx';
import { newPort } from './form-values.ts';
import { Lines } from './lines.tsx';

/** Ports, the Service that leads to them, and how Kubernetes looks whether it runs. */
export function NetworkFields({ hasHealthCheck }: { hasHealthCheck: boolean }) {
  const say = useTexts(deployTexts);
  const probe = Form.useWatch<ProbeKind | undefined>('probe');
  const services = { ClusterIP: say('clusterIp'), NodePort: say('nodePort'), LoadBalancer: say('loadBalancer'), none: say('noService') };
  const probes = { http: say('probeHttp'), tcp: say('probeTcp'), command: say('probeCommand'), none: say('probeNone') };
  const possible = probeKinds.filter((kind) => kind !== 'command' || hasHealthCheck);
  const protocols = ['TCP', 'UDP', 'SCTP'].map((value) => ({ value, label: value }));
  return (
    <>
      <Lines
        name="ports"
        add={say('addPort')}
        remove={(line) => say('removePort', { name: String(line + 1) })}
        newLine={newPort}
        line={(line) => (
          <>
            <NumberField list="ports" path={[line, 'port']} label={say('port')} most={65535} />
            <NumberField list="ports" path={[line, 'servicePort']} label={say('servicePort')} most={65535} />
            <TextField list="ports" path={[line, 'name']} label={say('portName')} />
            <ChoiceField list="ports" path={[line, 'protocol']} label={say('protocol')} options={protocols} />
          </>
        )}
      />
      <div className="deploy-fields deploy-after">
        <ChoiceField path={['service']} label={say('service')} options={serviceTypes.map((value) => ({ value, label: services[value] }))} />
        <ChoiceField path={['probe']} label={say('probe')} options={possible.map((value) => ({ value, label: probes[value] }))} />
        {probe === 'http' && <TextField path={['probePath']} label={say('probePath')} />}
      </div>
    </>
  );
}
