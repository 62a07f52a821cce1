/** Resolves at the first SIGTERM or SIGINT. From then on another one ends the process at once, as it does any program. */
export function untilToldToStop(): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = (): void => {
      process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
      resolve();
    };
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  });
}
