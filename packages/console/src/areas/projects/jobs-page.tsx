import { useTexts } from '../../i18n/language.tsx';
import { projectsTexts } from '../../i18n/projects-texts.ts';
import { JobList } from '../../widgets/job-list.tsx';
import { WithRight } from '../../widgets/rights.tsx';
import { PageHead } from './page-head.tsx';
import { projectKey, useProjectName } from './project-queries.ts';
import { useProjectJobs } from './use-project-jobs.ts';
import { useRight } from './use-right.ts';

/** What the registry does for a project, and did lately. */
export function JobsPage() {
  const say = useTexts(projectsTexts);
  return (
    <>
      <PageHead title={say('jobs')} about={say('jobsAbout')} />
      <WithRight right={useRight('configure')}>
        <Jobs />
      </WithRight>
    </>
  );
}

function Jobs() {
  const project = useProjectName();
  return <JobList pages={useProjectJobs()} queryKey={projectKey(project)} project={project} />;
}
