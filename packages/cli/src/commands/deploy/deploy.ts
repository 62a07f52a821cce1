import type { WorkloadChoices, WorkloadImage } from '@longshore/deploy';
import { type Command, type Flag, UsageError } from '../../command.ts';
import { serverFlag } from '../../flags.ts';
import { imageTarget } from '../../images/image-target.ts';
import { type Language, languageOf } from '../../language.ts';
import { printable } from '../../output/readable-value.ts';
import { choiceFlags, choicesOf, flagOfChoice } from './choice-flags.ts';
import { workloadImage } from './workload-image.ts';

const formatFlag: Flag = {
  name: 'format',
  value: 'FORMAT',
  choices: ['manifests', 'kustomize', 'helm'],
  summary: 'manifests (unless said) for kubectl apply; kustomization.yaml, to lie beside them in workload.yaml; values of a Helm chart',
};
const registryFlag: Flag = {
  name: 'registry',
  value: 'HOST',
  summary: 'The name by which the nodes of the cluster reach the registry; otherwise the one that is used here',
};

/** `longshore deploy`: what makes an image run in Kubernetes, pinned by its digest, with a note of the tag. */
export const deploy: Command = {
  name: 'deploy',
  summary: 'Prints what runs an image in Kubernetes, pinned by its digest: manifests, a kustomization or Helm values',
  takes: [{ name: 'IMAGE' }],
  flags: [formatFlag, ...choiceFlags, registryFlag, serverFlag],
  examples: [
    'longshore deploy team/app:1.0 --port 80:8080 --replicas 3 | kubectl apply -f -',
    "longshore deploy team/app:1.0 --kind CronJob --schedule '*/5 * * * *' --env MODE=report > workload.yaml",
    'longshore deploy team/app:1.0 --format kustomize > kustomization.yaml',
  ],
  operations: [],
  anyRegistry: true,
  async run(input, surroundings) {
    const target = await imageTarget(input.words[0] ?? '', input, surroundings);
    const image = await workloadImage(target, input.one('registry') ?? target.connection.host);
    const choices = choicesOf(input, image);
    await refuseFaults(choices, image, languageOf(surroundings));
    surroundings.output.out((await textOf(image, choices, input.one('format'))).trimEnd());
    return 0;
  },
};

async function refuseFaults(choices: WorkloadChoices, { healthCheck }: WorkloadImage, language: Language): Promise<void> {
  const { findFaults, problemTexts, problemTextsInChinese } = await import('@longshore/deploy');
  const texts = { en: problemTexts, zh: problemTextsInChinese }[language];
  const faults = findFaults(choices, healthCheck !== undefined).map(
    ({ field, problem }) => `--${flagOfChoice(field, choices)}: ${texts[problem]}`,
  );
  if (faults.length > 0) throw new UsageError([...new Set(faults)].join('\n'));
}

/** A comment that tells what is as it is because the image says so. */
function originNote({ ports, user, volumes, healthCheck }: WorkloadImage): string {
  const said = [
    ...ports.map((port) => `EXPOSE ${port}`),
    ...(user === '' ? [] : [`USER ${user}`]),
    ...volumes.map((volume) => `VOLUME ${volume}`),
    ...(healthCheck === undefined ? [] : [`HEALTHCHECK ${healthCheck.test.join(' ')}`]),
  ];
  return said.length === 0 ? '' : `# The image says:\n${said.map((line) => `#   ${printable(line)}\n`).join('')}`;
}

async function textOf(image: WorkloadImage, choices: WorkloadChoices, format = 'manifests'): Promise<string> {
  // Loaded here, since no other command writes YAML for others.
  const { helmValues, kustomization, workloadManifests, yamlOfAll } = await import('@longshore/deploy');
  if (format === 'kustomize') return kustomization(image, choices);
  if (format === 'manifests') return originNote(image) + yamlOfAll(workloadManifests(image, choices));
  if (choices.kind !== 'Deployment') throw new UsageError(`--format helm: charts made by helm create run a Deployment, no ${choices.kind}`);
  return helmValues(image, choices);
}
