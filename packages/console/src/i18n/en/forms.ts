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
  none: 'None',
  never: 'Never',
  yes: 'Yes',
  no: 'No',
  required: 'Fill this in.',
  actions: 'What you can do',
  copied: 'Copied',
} as const satisfies Record<string, string>;
