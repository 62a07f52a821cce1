import { useQuery } from '@tanstack/react-query';
import { Form, Select } from 'antd';
import { compareTexts } from '../../i18n/compare-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { ReferenceField, RepositoryField } from '../../widgets/image-fields.tsx';
import type { ChosenSide } from './compare-search.ts';
import { platformsQuery } from './queries.ts';

interface ChooseSideProps {
  readonly name: 'from' | 'to';
  readonly side: ChosenSide | undefined;
  readonly onChoose: (side: ChosenSide) => void;
}

/** One side: its repository, its tag or digest, and its platform where there are several. */
export function ChooseSide({ name, side, onChoose }: ChooseSideProps) {
  const say = useTexts(compareTexts);
  const { repository, reference, platform } = side ?? {};
  return (
    <fieldset className="compare-side">
      <legend>{say(name)}</legend>
      <Form layout="vertical" component={false}>
        <RepositoryField
          key={`of ${repository}`}
          id={`compare-${name}-repository`}
          label={say('repository')}
          placeholder={say('chooseRepository')}
          chosen={repository}
          onChoose={onChoose}
        />
        {repository === undefined ? null : (
          <ReferenceField
            key={`${repository} at ${reference}`}
            id={`compare-${name}-version`}
            label={say('version')}
            placeholder={say('chooseVersion')}
            repository={repository}
            chosen={reference}
            onChoose={(chosen) => onChoose({ repository, reference: chosen, ...(platform !== undefined && { platform }) })}
          />
        )}
        {repository === undefined || reference === undefined ? null : (
          <Platform
            name={name}
            image={{ repository, reference }}
            chosen={platform}
            onChoose={(chosen) => onChoose({ repository, reference, ...(chosen !== undefined && { platform: chosen }) })}
          />
        )}
      </Form>
    </fieldset>
  );
}

interface PlatformProps {
  readonly name: string;
  readonly image: { readonly repository: string; readonly reference: string };
  readonly chosen: string | undefined;
  readonly onChoose: (platform: string | undefined) => void;
}

function Platform({ name, image, chosen, onChoose }: PlatformProps) {
  const say = useTexts(compareTexts);
  const platforms = useQuery({ ...platformsQuery(image), retry: false }).data ?? [];
  // What is not there any more stays in sight, so that it can be taken away.
  const values = [...new Set([...platforms, ...(chosen === undefined ? [] : [chosen])])];
  if (values.length === 0) return null;
  const id = `compare-${name}-platform`;
  return (
    <Form.Item label={say('platform')} htmlFor={id}>
      <Select
        id={id}
        allowClear
        value={chosen ?? null}
        placeholder={say('usualPlatform')}
        onChange={(platform: string | null | undefined) => onChoose(platform ?? undefined)}
        options={values.map((value) => ({ value, label: value }))}
      />
    </Form.Item>
  );
}
