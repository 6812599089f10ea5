/** What a promise resolves to; `undefined` when the signal comes first. */
export async function orAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  let onAbort = (): void => {};
  const aborted = new Promise<undefined>((resolve) => {
    onAbort = () => resolve(undefined);
    signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Asks a generator for one thing after the other; what came too late for a signal is there for the next. */
export class PatientReader<T> {
  readonly #source: AsyncGenerator<T, undefined>;
  #next: Promise<IteratorResult<T, undefined>> | undefined;

  constructor(source: AsyncGenerator<T, undefined>) {
    this.#source = source;
  }

  /** The next thing; `undefined` when the signal comes first. */
  async next(signal: AbortSignal): Promise<IteratorResult<T, undefined> | undefined> {
    const result = await orAborted(this.#next ??= this.#source.next(), signal);
    if (result !== undefined) this.#next = undefined;
    return result;
  }

  /** Ends the reading; of a pipe that somebody holds open, it does not end. */
  async close(signal: AbortSignal): Promise<void> {
    await orAborted(this.#source.return(undefined), signal);
  }
}
