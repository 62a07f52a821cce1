/** Where answers about jobs of the registry are kept. */
export const jobsKey = ['jobs'] as const;
