import { Tabs } from 'antd';
import { useTexts } from '../../i18n/language.tsx';
import { robotsTexts } from '../../i18n/robots-texts.ts';
import { CodeBlock } from '../../widgets/code-block.tsx';
import { robotSnippets } from './robot-snippets.ts';

/** How a robot logs in, for each place where one does. */
export function RobotUse({ userName, secret }: { userName: string; secret?: string }) {
  const say = useTexts(robotsTexts);
  const snippets = robotSnippets({ host: window.location.host, userName, ...(secret !== undefined && { secret }) });
  return (
    <Tabs
      items={snippets.map(({ key, text }) => ({
        key,
        label: say(`use.${key}`),
        children: <CodeBlock text={text} label={say(`use.${key}`)} />,
      }))}
    />
  );
}
