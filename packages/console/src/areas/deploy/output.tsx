import { DownloadOutlined } from '@ant-design/icons';
import {
  helmValues,
  kustomization,
  type WorkloadChoices,
  type WorkloadImage,
  workloadFile,
  workloadManifests,
  yamlOfAll,
} from '@longshore/deploy';
import { Alert, Button, Flex, Tabs, Typography } from 'antd';
import { useMemo } from 'react';
import { deployTexts } from '../../i18n/deploy-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { CodeBlock } from '../../widgets/code-block.tsx';

/** What the choices make, in every form, to copy and to download. `isOld`: the form has faults, and this is from before. */
export function Output({ image, choices, isOld }: { image: WorkloadImage; choices: WorkloadChoices; isOld: boolean }) {
  const say = useTexts(deployTexts);
  const files = useMemo(
    () => ({
      manifests: yamlOfAll(workloadManifests(image, choices)),
      kustomize: kustomization(image, choices),
      helm: choices.kind === 'Deployment' ? helmValues(image, choices) : undefined,
    }),
    [image, choices],
  );
  const { helm } = files;
  return (
    <Flex vertical gap="small" className="deploy-output">
      {isOld && <Alert type="warning" showIcon role="status" title={say('faults')} />}
      <Tabs
        items={[
          {
            key: 'manifests',
            label: say('manifests'),
            children: <YamlFile name={workloadFile} text={files.manifests} command={`kubectl apply -f ${workloadFile}`} />,
          },
          {
            key: 'kustomize',
            label: say('kustomize'),
            children: (
              <YamlFile
                name="kustomization.yaml"
                text={files.kustomize}
                about={say('kustomizeAbout', { file: workloadFile })}
                command="kubectl apply -k ."
              />
            ),
          },
          {
            key: 'helm',
            label: say('helm'),
            children:
              helm === undefined ? (
                <Alert type="info" title={say('helmDeploymentOnly')} />
              ) : (
                <YamlFile
                  name="values.yaml"
                  text={helm}
                  about={say('helmAbout')}
                  command={`helm upgrade --install ${choices.name} ./chart -f values.yaml`}
                />
              ),
          },
        ]}
      />
    </Flex>
  );
}

function YamlFile({ name, text, about, command }: { name: string; text: string; about?: string; command: string }) {
  const say = useTexts(deployTexts);
  return (
    <Flex vertical gap="small">
      <Flex justify="space-between" align="center" gap="small" wrap>
        <code>{name}</code>
        <Button icon={<DownloadOutlined />} onClick={() => download(name, text)}>
          {say('download')}
        </Button>
      </Flex>
      {about !== undefined && <Typography.Text type="secondary">{about}</Typography.Text>}
      <CodeBlock text={text} label={say('copy')} />
      <Typography.Text>{say('apply')}</Typography.Text>
      <CodeBlock text={command} label={say('apply')} />
    </Flex>
  );
}

/** Hands the browser a file to keep. */
function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
