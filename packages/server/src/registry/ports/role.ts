/** The roles that every registry has: pull; also create; also move tags; also delete, promote and set rules; also rule the project. */
export const roles = ['reader', 'creator', 'writer', 'maintainer', 'owner'] as const;
export type Role = (typeof roles)[number];
