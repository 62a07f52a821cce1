import { Alert, Flex } from 'antd';
import type { Overview } from '../../api/overview-query.ts';
import { dateTimeIn } from '../../i18n/formats.ts';
import { homeTexts } from '../../i18n/home-texts.ts';
import { useLanguage, useTexts } from '../../i18n/language.tsx';
import { ButtonLink } from '../../widgets/button-link.tsx';
import { RegistryText } from '../../widgets/registry-text.tsx';

type Warning = NonNullable<Overview['administration']>['warnings'][number];

/** Of these the registry tells a reason that only it knows. */
const withReason: readonly string[] = ['garbage-failed', 'webhook-disabled'];
const severe: readonly string[] = ['store-unreachable', 'garbage-failed', 'certificate-ends'];

/** What an administrator should look at; nothing when all is well. */
export function Warnings({ warnings }: { warnings: readonly Warning[] }) {
  if (warnings.length === 0) return null;
  return (
    <Flex vertical gap="small">
      {warnings.map((warning) => (
        <OneWarning key={`${warning.kind} ${warning.project ?? ''} ${warning.subject ?? ''}`} warning={warning} />
      ))}
    </Flex>
  );
}

function OneWarning({ warning }: { warning: Warning }) {
  const say = useTexts(homeTexts);
  const { language } = useLanguage();
  const { kind, subject = '', project, count = 0, percent = 0, at, detail } = warning;
  const name = project === undefined ? subject : `${project}/${subject}`;
  const when = at === undefined ? '' : dateTimeIn(language, at);
  return (
    <Alert
      type={severe.includes(kind) ? 'error' : 'warning'}
      showIcon
      title={say(kind, { name, count, percent, at: when })}
      description={withReason.includes(kind) ? <RegistryText text={detail} /> : say(`${kind}-how`)}
      action={<WayOn warning={warning} />}
    />
  );
}

/** To the page where something can be done about it; a certificate is put in its place elsewhere. */
function WayOn({ warning: { kind, subject = '', project } }: { warning: Warning }) {
  const say = useTexts(homeTexts);
  const button = { size: 'small', children: say('look') } as const;
  switch (kind) {
    case 'quota-nearly-full':
      return <ButtonLink {...button} to="/projects/$project/quota" params={{ project: subject }} />;
    case 'webhook-failing':
    case 'webhook-disabled':
      return project === undefined ? (
        <ButtonLink {...button} to="/administration/webhooks" />
      ) : (
        <ButtonLink {...button} to="/projects/$project/webhooks" params={{ project }} />
      );
    case 'jobs-failed':
      return <ButtonLink {...button} to="/administration/jobs" />;
    case 'garbage-overdue':
    case 'garbage-failed':
    case 'disk-nearly-full':
      return <ButtonLink {...button} to="/administration/garbage" />;
    case 'store-unreachable':
      return <ButtonLink {...button} to="/administration" />;
    default:
      return null;
  }
}
