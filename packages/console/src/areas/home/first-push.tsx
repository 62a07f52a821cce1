import { Card, Flex, Typography } from 'antd';
import { homeTexts } from '../../i18n/home-texts.ts';
import { useTexts } from '../../i18n/language.tsx';
import { PushCommands } from '../../widgets/push-commands.tsx';

/** How to push a first image. `name`: of whoever is signed in, which is a project of theirs as well. */
export function FirstPush({ name = 'NAME' }: { name?: string | undefined }) {
  const say = useTexts(homeTexts);
  return (
    <Card title={<h2 className="card-title">{say('firstPush')}</h2>}>
      <Flex vertical gap="middle">
        <Typography.Text>{say('firstPushHow')}</Typography.Text>
        <PushCommands repository={`${name}/alpine`} />
      </Flex>
    </Card>
  );
}
