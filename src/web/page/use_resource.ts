import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "./page_api.ts";

/** What was asked for, as far as it has come. */
export interface Resource<Value> {
  /** The newest that came; stays while something newer is on its way. */
  readonly value: Value | undefined;
  readonly error: ApiError | undefined;
  readonly isLoading: boolean;
}

/**
 * Asks for something, and again whenever what it depends on changes. One request at a time: while one
 * is on its way, changes of `version` wait for it, and a change of `key` cancels it.
 *
 * @param load What to ask for.
 * @param key What is asked for: when it changes, the old value is no longer shown.
 * @param version Grows as the data changes: the old value is shown until the new one is there.
 * @param pauseMs How long to wait at least from one answer to the next question of the same key.
 */
export function useResource<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  key: string,
  version: number,
  pauseMs = 200,
): Resource<Value> {
  const [state, setState] = useState<Resource<Value> & { key: string }>({
    key,
    value: undefined,
    error: undefined,
    isLoading: true,
  });
  const loop = useRef<Loop<Value>>(undefined);
  useEffect(() => {
    const started = new Loop(setState, key);
    loop.current = started;
    return () => started.stop();
  }, [key]);
  useEffect(() => loop.current?.request(load, pauseMs), [key, version]);
  return state.key === key ? state : { value: undefined, error: undefined, isLoading: true };
}

/** Questions of one key, one after another. */
class Loop<Value> {
  readonly #tell: (state: Resource<Value> & { key: string }) => void;
  readonly #key: string;
  readonly #abort = new AbortController();
  #next: (() => void) | undefined;
  #isBusy = false;
  #value: Value | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (state: Resource<Value> & { key: string }) => void, key: string) {
    this.#tell = tell;
    this.#key = key;
  }

  request(load: (signal: AbortSignal) => Promise<Value>, pauseMs: number): void {
    const run = (): void => void this.#run(load, pauseMs);
    if (this.#isBusy) this.#next = run;
    else run();
  }

  stop(): void {
    this.#abort.abort();
    clearTimeout(this.#timer);
  }

  async #run(load: (signal: AbortSignal) => Promise<Value>, pauseMs: number): Promise<void> {
    this.#isBusy = true;
    try {
      this.#value = await load(this.#abort.signal);
      if (!this.#abort.signal.aborted) this.#report(undefined);
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#report(
        error instanceof ApiError ? error : new ApiError(`The page failed: ${error}`, "failed"),
      );
    }
    if (this.#abort.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#isBusy = false;
      const next = this.#next;
      this.#next = undefined;
      next?.();
    }, pauseMs);
  }

  #report(error: ApiError | undefined): void {
    // What was there stays visible when nobody answers for a moment.
    const value = error === undefined || error.reason === "away" ? this.#value : undefined;
    this.#tell({ key: this.#key, value, error, isLoading: false });
  }
}
