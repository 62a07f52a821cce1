/** A setting that applies, as administrators are shown it: free of secrets. */
export interface ShownSetting {
  /** As in the file: `gc.graceHours`. */
  readonly key: string;
  /** As it was given, or its default; of a secret only stars. */
  readonly value: unknown;
  readonly isSecret: boolean;
  /** `default`, `--listen`, `LONGSHORE_LISTEN`, `longshore.yaml:12`. */
  readonly source: string;
  /** It was given anew, which applies after a restart of the whole server. */
  readonly isWaiting: boolean;
  readonly description: { readonly en: string; readonly zh: string };
}
