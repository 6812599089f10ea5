/**
 * veneur's Sensor Sensibility Format: its two messages, and helpers that make samples for a span.
 *
 * ```ts
 * import { startSpanFromContext } from "../mod.ts";
 * import { count, timing } from "./mod.ts";
 *
 * const span = startSpanFromContext("checkout");
 * span.add(count("orders", 1, { shop: "berlin" }), timing("payment", 3_000_000n, "ms"));
 * span.finish();
 * ```
 *
 * @module
 */
export {
  createSsfSample,
  createSsfSpan,
  SSF_METRICS,
  SSF_SCOPES,
  SSF_STATUSES,
  type SsfMetric,
  type SsfSample,
  type SsfScope,
  type SsfSpan,
  type SsfStatus,
  type SsfTags,
} from "../../wire/ssf/ssf_span.ts";
export { count, gauge, histogram, set, status } from "./make_samples.ts";
export { randomlySample } from "./randomly_sample.ts";
export { namePrefix, type SampleOptions, setNamePrefix } from "./sample_options.ts";
export { Samples } from "./samples.ts";
export { TIME_UNITS, type TimeUnit, timing } from "./timing.ts";
