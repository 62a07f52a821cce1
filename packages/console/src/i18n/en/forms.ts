/** Texts of forms and tables, which many pages have. */
export const forms = {
  save: 'Save',
  create: 'Create',
  add: 'Add',
  remove: 'Remove',
  delete: 'Delete',
  edit: 'Change',
  close: 'Close',
  more: 'Show more',
  saved: 'Saved',
  discard: 'Show what is stored now, and lose what I typed',
  none: 'None',
  never: 'Never',
  yes: 'Yes',
  required: 'Fill this in.',
  actions: 'What you can do',
  copied: 'Copied',
} as const satisfies Record<string, string>;
