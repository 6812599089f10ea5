import type { BaggageEntry, TraceContext } from "../../../src/sdk/propagation/trace_context.ts";

/** A source of random choices that gives the same ones again for the same seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** 0 ≤ n < limit. */
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  hex(length: number): string {
    return Array.from({ length }, () => this.below(16).toString(16)).join("");
  }

  text(alphabet: string, maxLength: number): string {
    const characters = [...alphabet];
    return Array.from(
      { length: this.below(maxLength + 1) },
      () => characters[this.below(characters.length)],
    ).join("");
  }
}

/** What a format can carry. */
export interface Capabilities {
  readonly has128Bits?: boolean;
  readonly hasParent?: boolean;
  readonly hasDebug?: boolean;
  readonly mayLeaveSampledOpen?: boolean;
  readonly hasTraceState?: boolean;
  readonly baggage?: "none" | "text" | "properties";
}

/** A context that a format with these capabilities has to carry without loss. */
export function randomContext(random: Random, format: Capabilities): TraceContext {
  // The digit in front keeps ids from being zero and long ones from being short.
  const id = (): string => "1" + random.hex(15);
  const context: { -readonly [Key in keyof TraceContext]: TraceContext[Key] } = {
    traceId: format.has128Bits && random.below(2) === 0 ? id() + random.hex(16) : id(),
    spanId: id(),
  };
  if (format.hasParent && random.below(2) === 0) context.parentId = id();
  const state = random.below(4);
  if (state === 0 && format.hasDebug) {
    context.sampled = true;
    context.debug = true;
  } else if (state !== 1 || !format.mayLeaveSampledOpen) {
    context.sampled = state % 2 === 0;
  } else if (format.hasParent) {
    // B3 has no place for a parent without a decision.
    delete context.parentId;
  }
  if (format.hasTraceState && random.below(2) === 0) {
    context.traceState = Array.from(
      { length: 1 + random.below(5) },
      (_, index) => `k${index}@vendor=${random.text("aZ09 :;~!", 9)}x`,
    ).join(",");
  }
  if (format.baggage !== undefined && format.baggage !== "none" && random.below(2) === 0) {
    const baggage: { [key: string]: BaggageEntry } = Object.create(null);
    for (let count = 1 + random.below(4); count > 0; count--) {
      const key = ["user", "a.b", "__proto__", "k-1", "constructor"][random.below(5)];
      const value = random.text(`azAZ09 ,;="%\\\u0000\n\u00fc\u2028\u{1f600}+`, 20);
      baggage[key] = format.baggage === "properties" && random.below(2) === 0
        ? { value, properties: "ttl=60;private" }
        : { value };
    }
    context.baggage = baggage;
  }
  return context;
}
