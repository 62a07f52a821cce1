/** Texts of the results of a search. */
export const search = {
  title: 'Search',
  results: 'What was found for “{query}”',
  nothing: 'Nothing was found for “{query}”.',
  nothingHelp:
    'The search finds names, tags, digests and labels from their beginning, among what you may see: ngi finds library/nginx, inx does not.',
  ask: 'Write what you look for into the field above.',
  found: 'Found',
  kind: 'Kind',
  matched: 'Matches',
  all: 'The first of all',
  repository: 'Repositories',
  tag: 'Tags',
  digest: 'Digests',
  label: 'Labels and annotations',
  'one.repository': 'Repository',
  'one.tag': 'Tag',
  'one.digest': 'Digest',
  'one.label': 'Label or annotation',
  moreOf: 'There is more: choose {kinds} above.',
} as const satisfies Record<string, string>;
