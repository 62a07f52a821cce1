import type { PortChoice, VariableChoice, VolumeChoice, WorkloadChoices } from '@longshore/deploy';

/** A line of the environment as the form has it: both ways at once, so that what was typed stays when somebody looks at the other. */
export interface VariableLine {
  readonly name: string;
  readonly from: 'value' | 'secret';
  readonly value: string;
  readonly secret: string;
  readonly key: string;
}

/** What the fields hold. Numbers are null while a field is empty. */
export type FormValues = Omit<WorkloadChoices, 'environment' | 'arguments' | 'replicas' | 'ports' | 'runAsUser'> & {
  readonly registry: string;
  readonly environment: readonly VariableLine[];
  readonly arguments: string;
  readonly replicas: number | null;
  readonly ports: readonly (Omit<PortChoice, 'port' | 'servicePort'> & { port: number | null; servicePort: number | null })[];
  readonly runAsUser: number | null;
};

/** A further line of each list. */
export const newVariable: VariableLine = { name: '', from: 'value', value: '', secret: '', key: '' };
export const newVolume: VolumeChoice = { name: 'data', path: '/data', size: '1Gi', storageClass: '', accessMode: 'ReadWriteOnce' };
export const newPort = { name: 'http', port: 8080, servicePort: 80, protocol: 'TCP' } as const satisfies PortChoice;

/** What the form begins with. */
export function formValuesOf(choices: WorkloadChoices, registry: string): FormValues {
  return { ...choices, registry, environment: [], arguments: '', runAsUser: null };
}

/** What the fields mean. An empty number is none, and a fault of its field. */
export function choicesOf({ registry: _, ...values }: FormValues): WorkloadChoices {
  return {
    ...values,
    replicas: values.replicas ?? Number.NaN,
    ports: values.ports.map((line) => ({ ...line, port: line.port ?? Number.NaN, servicePort: line.servicePort ?? Number.NaN })),
    environment: values.environment.map(variableOf),
    arguments: values.arguments.split('\n').filter((line) => line !== ''),
    runAsUser: values.runAsUser ?? undefined,
  };
}

function variableOf({ name, from, value, secret, key }: VariableLine): VariableChoice {
  return from === 'value' ? { name, value } : { name, secret, key };
}
