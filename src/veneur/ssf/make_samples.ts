import type { SsfSample, SsfStatus, SsfTags } from "../../wire/ssf/ssf_span.ts";
import { makeSample, type SampleOptions } from "./sample_options.ts";

/**
 * Makes a sample of a counter.
 *
 * @param value What to add.
 */
export function count(
  name: string,
  value: number,
  tags: SsfTags = {},
  options: SampleOptions = {},
): SsfSample {
  return makeSample({ metric: "counter", name, value }, tags, options);
}

/**
 * Makes a sample of a gauge.
 *
 * @param value What it shows now.
 */
export function gauge(
  name: string,
  value: number,
  tags: SsfTags = {},
  options: SampleOptions = {},
): SsfSample {
  return makeSample({ metric: "gauge", name, value }, tags, options);
}

/**
 * Makes a sample of a histogram.
 *
 * @param value One of the values whose distribution is wanted.
 */
export function histogram(
  name: string,
  value: number,
  tags: SsfTags = {},
  options: SampleOptions = {},
): SsfSample {
  return makeSample({ metric: "histogram", name, value }, tags, options);
}

/**
 * Makes a sample of a set, of which the number of different members is reported.
 *
 * @param value The member.
 */
export function set(
  name: string,
  value: string,
  tags: SsfTags = {},
  options: SampleOptions = {},
): SsfSample {
  return makeSample({ metric: "set", name, message: value }, tags, options);
}

/**
 * Makes a sample of a status check.
 *
 * @param state How it ended.
 */
export function status(
  name: string,
  state: SsfStatus,
  tags: SsfTags = {},
  options: SampleOptions = {},
): SsfSample {
  return makeSample({ metric: "status", name, status: state }, tags, options);
}
