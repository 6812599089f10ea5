import type { SsfSample } from "../../wire/ssf/ssf_span.ts";
import { isRate } from "./sample_options.ts";

/**
 * Keeps each sample with a probability, and multiplies its sample rate by that, so that what arrives
 * can be scaled up again.
 *
 * @param rate The probability, in (0, 1]; with any other, all samples are kept as they are.
 * @param random Numbers in [0, 1). @default Math.random
 * @returns Those that were kept, as new samples.
 * @example
 * ```ts
 * import { count, randomlySample } from "./mod.ts";
 *
 * const requests = count("requests", 1, {}, { sampleRate: 0.5 });
 * const kept = randomlySample(0.5, [requests], () => 0);
 * if (kept[0].sampleRate !== 0.25) throw new Error("wrong");
 * ```
 */
export function randomlySample(
  rate: number,
  samples: readonly SsfSample[],
  random: () => number = Math.random,
): SsfSample[] {
  if (!isRate(rate)) return [...samples];
  return samples.filter(() => random() < rate)
    // A rate of 0 on the wire stands for 1.
    .map((sample) => ({ ...sample, sampleRate: (sample.sampleRate || 1) * rate }));
}
