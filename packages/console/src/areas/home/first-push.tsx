import { Card, Flex, Typography } from 'antd';
import { homeTexts } from '../../i18n/home-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { CodeBlock } from '../../widgets/code-block.tsx';

/** How to push a first image, with the names that work here. `name`: of whoever is signed in, which is a project of theirs as well. */
export function FirstPush({ name = 'NAME' }: { name?: string | undefined }) {
  const say = useTexts(homeTexts);
  const { host } = window.location;
  const image = `${host}/${name}/alpine`;
  return (
    <Card title={<h2 className="card-title">{say('firstPush')}</h2>}>
      <Flex vertical gap="middle">
        <Typography.Text>{say('firstPushHow')}</Typography.Text>
        <CodeBlock label="Docker" text={`docker login ${host} -u ${name}\ndocker tag alpine ${image}\ndocker push ${image}`} />
        <CodeBlock
          label="skopeo"
          text={`skopeo login -u ${name} ${host}\nskopeo copy docker://docker.io/library/alpine docker://${image}:latest`}
        />
      </Flex>
    </Card>
  );
}
