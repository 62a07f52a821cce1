const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** What the address of the list says besides. */
export interface RepositoriesSearch {
  readonly project?: string;
  /** What a word of the names begins with; of one project: what comes behind its name. */
  readonly find?: string;
}

/** The parts of a repository's page. */
export const repositoryTabs = ['tags', 'manifests', 'promotions'] as const;

/** What the address of a repository's page says besides. */
export interface RepositorySearch {
  readonly tab?: (typeof repositoryTabs)[number];
  readonly prefix?: string;
  readonly sort?: '-updatedAt';
  /** The tag whose history is shown. */
  readonly history?: string;
}

/** Takes an address as it comes: what does not fit is left out. */
export function repositoriesSearch(search: Record<string, unknown>): RepositoriesSearch {
  const [project, find] = [text(search['project']), text(search['find'])];
  return { ...(project !== undefined && { project }), ...(find !== undefined && { find }) };
}

/** Takes an address as it comes: what does not fit is left out. */
export function repositorySearch(search: Record<string, unknown>): RepositorySearch {
  const tab = repositoryTabs.find((one) => one === search['tab']);
  const [prefix, history] = [text(String(search['prefix'] ?? '')), text(String(search['history'] ?? ''))];
  return {
    ...(tab !== undefined && { tab }),
    ...(prefix !== undefined && { prefix }),
    ...(search['sort'] === '-updatedAt' && { sort: '-updatedAt' as const }),
    ...(history !== undefined && { history }),
  };
}
