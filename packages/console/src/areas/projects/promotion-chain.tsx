import { ArrowRightOutlined } from '@ant-design/icons';
import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Tag, theme } from 'antd';
import { Fragment } from 'react';
import { useTexts } from '../../i18n/language.tsx';
import { projectsTexts } from '../../i18n/projects-texts.ts';
import { Problem } from '../../widgets/problem.tsx';
import { chainFrom } from './chain-from.ts';
import { promotionQuery } from './project-queries.ts';

/** Where images of a project come from and go to: its chain, as far as whoever looks may see it. */
export function PromotionChain({ project }: { project: string }) {
  const say = useTexts(projectsTexts);
  const here = useQuery(promotionQuery(project));
  const chain = useQuery({
    queryKey: ['project', project, 'chain'],
    queryFn: ({ client }) =>
      chainFrom(project, async (name) => {
        const { value } = await client.fetchQuery(promotionQuery(name));
        return value;
      }),
  });
  if (chain.error) return <Problem error={chain.error} onRetry={() => void chain.refetch()} />;
  const { before = [], from = [] } = chain.data ?? {};
  if (chain.data !== undefined && before.length === 0 && from.length === 1) return <p>{say('noChain')}</p>;
  const last = from.at(-1);
  return (
    <>
      <ol className="chain" aria-label={say('chain')}>
        {before.length > 0 && (
          <li className="chain">
            <Steps names={before} here={project} />
          </li>
        )}
        {from.map((name, index) => (
          <Fragment key={name}>
            {(index > 0 || before.length > 0) && (
              <li aria-hidden="true">
                <ArrowRightOutlined />
              </li>
            )}
            <li>
              <Steps names={[name]} here={project} />
            </li>
          </Fragment>
        ))}
      </ol>
      {last === project && <p>{say('chainEnd')}</p>}
      {here.data && <Conditions {...here.data.value} />}
    </>
  );
}

function Steps({ names, here }: { names: readonly string[]; here: string }) {
  const say = useTexts(projectsTexts);
  const { token } = theme.useToken();
  const policies = useQueries({ queries: names.map((name) => promotionQuery(name)) });
  return (
    <>
      {names.map((name, index) => {
        const environment = policies[index]?.data?.value.environment;
        const known = environment === 'dev' || environment === 'test' || environment === 'prod' ? environment : undefined;
        return (
          <div
            key={name}
            className="chain-step"
            style={{ borderColor: name === here ? token.colorPrimary : token.colorBorder, background: token.colorBgContainer }}
          >
            {name === here ? (
              <strong aria-current="true">{name}</strong>
            ) : (
              <Link to="/projects/$project" params={{ project: name }}>
                {name}
              </Link>
            )}
            {known && <Tag color={known === 'prod' ? 'blue' : 'default'}>{say(known)}</Tag>}
          </div>
        );
      })}
    </>
  );
}

/** What is asked of what is promoted into the project. */
function Conditions({
  fromChainOnly,
  minimumAgeMinutes,
  requiredReferrers,
  roles,
}: {
  fromChainOnly: boolean;
  minimumAgeMinutes: number;
  requiredReferrers: readonly string[];
  roles: readonly string[];
}) {
  const say = useTexts(projectsTexts);
  const asked = [
    fromChainOnly ? say('asksChain') : undefined,
    minimumAgeMinutes > 0 ? say('asksAge', { minutes: minimumAgeMinutes }) : undefined,
    requiredReferrers.length > 0 ? say('asksReferrers', { types: requiredReferrers }) : undefined,
    roles.length > 0 ? say('asksRoles', { roles }) : undefined,
  ].filter((text) => text !== undefined);
  if (asked.length === 0) return null;
  return (
    <>
      <p>{say('asks')}</p>
      <ul>
        {asked.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </>
  );
}
