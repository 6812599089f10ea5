/** Options of {@linkcode FigureCache.get}. */
export interface FigureRequest<Figures> {
  /** What stands for the figures: what they are, and all parameters. */
  readonly key: string;
  /** What the version of their source is now. */
  readonly version: number;
  /** Makes them anew. */
  make(): Promise<Figures>;
}

/** Figures, and the version of their source that they were made of. */
export interface CachedFigures<Figures> {
  readonly version: number;
  readonly figures: Figures;
}

interface Entry {
  readonly made: Promise<CachedFigures<unknown>>;
  readonly version: number;
  /** Until when they do for a source that has changed. */
  keptUntilMs: number;
}

/**
 * Keeps figures that take long to make. Those who ask for the same at once share the making; of a source that
 * changes all the time figures are as old as it takes for the making to need a tenth of the time.
 */
export class FigureCache {
  readonly #maxEntries: number;
  /** The one that was asked for last at the end. */
  readonly #entries = new Map<string, Entry>();

  /** @param maxEntries Figures that are kept. @default 16 */
  constructor(maxEntries = 16) {
    this.#maxEntries = maxEntries;
  }

  async get<Figures>(request: FigureRequest<Figures>): Promise<CachedFigures<Figures>> {
    const { key, version } = request;
    const known = this.#entries.get(key);
    const isGood = known !== undefined &&
      (known.version === version || performance.now() < known.keptUntilMs);
    const entry = isGood ? known : this.#make(request);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#maxEntries) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest);
    }
    return await entry.made as CachedFigures<Figures>;
  }

  #make<Figures>({ key, version, make }: FigureRequest<Figures>): Entry {
    const beganMs = performance.now();
    const entry: Entry = {
      version,
      keptUntilMs: Infinity,
      made: make().then((figures) => {
        const endMs = performance.now();
        entry.keptUntilMs = endMs + Math.max(MIN_KEPT_MS, 10 * (endMs - beganMs));
        return { version, figures };
      }, (error) => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
        throw error;
      }),
    };
    return entry;
  }
}

const MIN_KEPT_MS = 1000;
