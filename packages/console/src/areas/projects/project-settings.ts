/** Who may read a project without a role in it. */
export const visibilities = ['private', 'internal', 'public'] as const;

/** What a project's images are for. */
export const environments = ['dev', 'test', 'prod'] as const;
