/** How `manifest_references.kind` is stored. */
export const referenceKind = { blob: 0, manifest: 1 } as const;
