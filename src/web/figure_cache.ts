import { wait } from "../runtime/wait.ts";

/** Options of {@linkcode FigureCache.get}. */
export interface FigureRequest<Figures> {
  /** What stands for the figures: what they are, and all parameters. */
  readonly key: string;
  /** The version of their source now. */
  version(): number;
  /** Makes them anew. */
  make(): Promise<Figures>;
}

/** Figures, and the version of their source that they were made of. */
export interface CachedFigures<Figures> {
  readonly version: number;
  readonly figures: Figures;
}

interface Entry {
  readonly beganMs: number;
  readonly made: Promise<CachedFigures<unknown>>;
  /** From when on they may be made again, because their source has changed. */
  dueMs: number;
}

/** Options of {@linkcode FigureCache}. */
export interface FigureCacheOptions {
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Figures that are kept. @default 16 */
  readonly maxEntries?: number;
  /** How long somebody waits at most until they may be made again, in milliseconds. @default 1,500 */
  readonly maxWaitMs?: number;
}

/**
 * Keeps figures that take long to make. Those who ask for the same at once share the making. Of a source that
 * changes all the time they are made so often that it takes a tenth of the time: who asks in between waits for
 * the next making if that is soon, and gets the last one otherwise, with its version.
 */
export class FigureCache {
  readonly #signal: AbortSignal;
  readonly #maxEntries: number;
  readonly #maxWaitMs: number;
  /** The one that was asked for last at the end. */
  readonly #entries = new Map<string, Entry>();

  constructor(options: FigureCacheOptions) {
    this.#signal = options.signal;
    this.#maxEntries = options.maxEntries ?? 16;
    this.#maxWaitMs = options.maxWaitMs ?? 1500;
  }

  async get<Figures>(request: FigureRequest<Figures>): Promise<CachedFigures<Figures>> {
    const askedMs = performance.now();
    for (;;) {
      const entry = this.#entries.get(request.key) ?? this.#make(request);
      this.#use(request.key, entry);
      const made = await entry.made as CachedFigures<Figures>;
      if (made.version === request.version() || this.#signal.aborted) return made;
      const waitMs = entry.dueMs - performance.now();
      // What was made since they asked has all that was there then.
      if (entry.beganMs >= askedMs || waitMs > this.#maxWaitMs) return made;
      if (waitMs > 0) await wait(waitMs, this.#signal);
      if (this.#entries.get(request.key) === entry) this.#entries.delete(request.key);
    }
  }

  #use(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size <= this.#maxEntries) return;
    const [oldest] = this.#entries.keys();
    this.#entries.delete(oldest);
  }

  #make<Figures>({ key, version: readVersion, make }: FigureRequest<Figures>): Entry {
    const beganMs = performance.now();
    const version = readVersion();
    const entry: Entry = {
      beganMs,
      dueMs: Infinity,
      made: make().then((figures) => {
        const endMs = performance.now();
        entry.dueMs = endMs + Math.max(MIN_INTERVAL_MS, 10 * (endMs - beganMs));
        return { version, figures };
      }, (error) => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
        throw error;
      }),
    };
    return entry;
  }
}

const MIN_INTERVAL_MS = 100;
