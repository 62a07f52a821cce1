import { Link } from '@tanstack/react-router';
import { Breadcrumb } from 'antd';
import { appTexts } from '../i18n/app-texts.ts';
import { useTexts } from '../i18n/language.tsx';

/** The way back from a repository, or from an image of one (`repository`). */
export function RepositoryTrail({ project, repository }: { project: string; repository?: string }) {
  const say = useTexts(appTexts);
  const steps = [
    <Link key="all" to="/repositories">
      {say('repositories')}
    </Link>,
    <Link key="project" to="/repositories" search={{ project }}>
      {project}
    </Link>,
    ...(repository === undefined
      ? []
      : [
          <Link key="repository" to="/repositories/$repository" params={{ repository }}>
            {repository}
          </Link>,
        ]),
  ];
  return <Breadcrumb items={steps.map((title) => ({ key: title.key ?? '', title }))} />;
}
