import { useNavigate } from '@tanstack/react-router';
import { Form } from 'antd';
import { deployTexts } from '../../i18n/deploy-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ReferenceField, RepositoryField } from '../../widgets/image-fields.tsx';
import type { DeploySearch } from './deploy-search.ts';

/** Which image: the registry searches as one types. */
export function ChooseImage({ repository, reference }: DeploySearch) {
  const say = useTexts(deployTexts);
  const navigate = useNavigate();
  const go = (search: DeploySearch) => void navigate({ to: '/deploy', search });
  return (
    <Form layout="vertical" className="deploy-fields">
      <RepositoryField
        key={`of ${repository}`}
        id="deploy-repository"
        label={say('repository')}
        placeholder={say('chooseRepository')}
        chosen={repository}
        onChoose={go}
      />
      {repository !== undefined && (
        <ReferenceField
          key={`${repository} at ${reference}`}
          id="deploy-version"
          label={say('version')}
          placeholder={say('chooseVersion')}
          repository={repository}
          chosen={reference}
          onChoose={(name) => go({ repository, reference: name })}
        />
      )}
    </Form>
  );
}
