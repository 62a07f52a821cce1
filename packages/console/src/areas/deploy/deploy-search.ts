/** Which image the assistant is about, as far as it was chosen. */
export interface DeploySearch {
  readonly repository?: string;
  /** Tag or digest. */
  readonly reference?: string;
}

/** Takes an address as it comes: what does not fit is left out. */
export function deploySearch({ repository, reference }: Record<string, unknown>): DeploySearch {
  return {
    ...(typeof repository === 'string' && { repository }),
    // A tag such as 1.4 is read as a number where it stands in an address.
    ...((typeof reference === 'string' || typeof reference === 'number') && { reference: String(reference) }),
  };
}
