/** Throws what one of the signals is aborted with, as soon as it is. */
export async function pause(ms: number, signals: ReadonlyArray<AbortSignal | undefined>): Promise<void> {
  const signal = AbortSignal.any(signals.filter((each) => each !== undefined));
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
