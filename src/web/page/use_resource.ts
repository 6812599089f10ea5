import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "./page_api.ts";

/** What was asked for, as far as it has come. */
export interface Resource<Value> {
  /** The newest that came; stays while something newer is on its way. */
  readonly value: Value | undefined;
  readonly error: ApiError | undefined;
  readonly isLoading: boolean;
}

/** An answer, and the list's version that it is of. */
export interface Versioned<Value> {
  readonly value: Value;
  readonly listVersion: number;
}

/** Figures that take long to make are of an older list; newer ones are asked for after this. */
const OLD_WAIT_MS = 3_000;

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
  return useVersionedResource(
    async (signal) => ({ value: await load(signal), listVersion: Infinity }),
    key,
    version,
    pauseMs,
  );
}

/**
 * The same of what may be of an older list than the page has been told of: then it is asked for again.
 *
 * @param version The list's.
 */
export function useVersionedResource<Value>(
  load: (signal: AbortSignal) => Promise<Versioned<Value>>,
  key: string,
  version: number,
  pauseMs: number,
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
  useEffect(() => loop.current?.request({ load, version, pauseMs }), [key, version]);
  return state.key === key ? state : { value: undefined, error: undefined, isLoading: true };
}

interface Question<Value> {
  readonly load: (signal: AbortSignal) => Promise<Versioned<Value>>;
  readonly version: number;
  readonly pauseMs: number;
}

/** Questions of one key, one after another. */
class Loop<Value> {
  readonly #tell: (state: Resource<Value> & { key: string }) => void;
  readonly #key: string;
  readonly #abort = new AbortController();
  /** The last one that came while another was under way. */
  #next: Question<Value> | undefined;
  #isBusy = false;
  #value: Value | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (state: Resource<Value> & { key: string }) => void, key: string) {
    this.#tell = tell;
    this.#key = key;
  }

  request(question: Question<Value>): void {
    if (this.#isBusy) this.#next = question;
    else void this.#run(question);
  }

  stop(): void {
    this.#abort.abort();
    clearTimeout(this.#timer);
  }

  async #run(question: Question<Value>): Promise<void> {
    this.#isBusy = true;
    let isOld = false;
    try {
      const { value, listVersion } = await question.load(this.#abort.signal);
      if (this.#abort.signal.aborted) return;
      isOld = listVersion < question.version;
      this.#value = value;
      this.#report(undefined);
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#report(
        error instanceof ApiError ? error : new ApiError(`The page failed: ${error}`, "failed"),
      );
    }
    this.#timer = setTimeout(() => {
      this.#isBusy = false;
      const next = this.#next ?? (isOld ? question : undefined);
      this.#next = undefined;
      if (next !== undefined) this.request(next);
    }, isOld ? Math.max(OLD_WAIT_MS, question.pauseMs) : question.pauseMs);
  }

  #report(error: ApiError | undefined): void {
    // What was there stays visible when nobody answers for a moment.
    const value = error === undefined || error.reason === "away" ? this.#value : undefined;
    this.#tell({ key: this.#key, value, error, isLoading: false });
  }
}
