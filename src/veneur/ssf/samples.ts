import type { SsfSample } from "../../wire/ssf/ssf_span.ts";

/** A batch of samples that grows until it is reported. */
export class Samples {
  /** Those that were added, in order. */
  batch: SsfSample[] = [];

  /** Adds samples. */
  add(...samples: readonly SsfSample[]): void {
    for (const sample of samples) this.batch.push(sample);
  }
}
