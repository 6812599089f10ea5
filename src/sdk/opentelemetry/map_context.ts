import type { Context } from "./api.ts";

/** A context made here, for where no other is active. */
export class MapContext implements Context {
  readonly #values: ReadonlyMap<symbol, unknown>;

  constructor(values: ReadonlyMap<symbol, unknown> = new Map()) {
    this.#values = values;
  }

  getValue(key: symbol): unknown {
    return this.#values.get(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new MapContext(new Map(this.#values).set(key, value));
  }

  deleteValue(key: symbol): Context {
    const values = new Map(this.#values);
    values.delete(key);
    return new MapContext(values);
  }
}

/** The context with nothing in it. */
export const EMPTY_CONTEXT: Context = new MapContext();
