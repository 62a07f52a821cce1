/** What a grant lets its holder do in a project: pull; pull and create; also move tags; also delete. */
export const roles = ['reader', 'creator', 'writer', 'maintainer'] as const;
export type Role = (typeof roles)[number];
