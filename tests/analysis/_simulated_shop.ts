import { TraceProfile } from "../../src/analysis/trace_profile.ts";
import { buildTrace } from "../../src/assemble/build_trace.ts";
import type { Span } from "../../src/model/span.ts";
import { createRandom, makeSpan } from "../assemble/_make_span.ts";

/** How a simulated run differs from the others. */
export interface ShopOptions {
  readonly seed: number;
  /** How many requests each endpoint gets. @default 40 */
  readonly requests?: number;
  /** How many endpoints there are, each with a function and a query. @default 66 */
  readonly endpoints?: number;
  /** By what factor everything is slower. @default 1 */
  readonly drift?: number;
  /** How much times vary, as the standard deviation of their logarithm. @default 0.2 */
  readonly noise?: number;
  /** How often a time is many times longer, as a share. @default 0.02 */
  readonly outliers?: number;
  /** How many of the first requests are slow, as in a program that has just started. @default 0 */
  readonly coldRequests?: number;
  /** Whether half of the run another program takes turns on the processor. @default false */
  readonly hasBusyHalf?: boolean;
  /** The own time of each function, by endpoint, as a factor. @default 1 */
  readonly slow?: (endpoint: number) => number;
  /** How many queries a function makes, by endpoint. @default 1 */
  readonly queries?: (endpoint: number) => number;
  /** How often an endpoint fails. @default never */
  readonly errors?: (endpoint: number) => number;
  /** Whether there is a layer between endpoints and functions. @default false */
  readonly hasLayer?: boolean;
}

/**
 * The profile of a run of a program with 200 operations, 3 of each endpoint and two that all use, whose
 * times are log-normal with heavy tails.
 */
export function simulateShop(options: ShopOptions): TraceProfile {
  const { requests = 40, endpoints = 66, coldRequests = 0 } = options;
  const random = createRandom(options.seed * 7919 + 13);
  // The first numbers of neighbouring seeds are alike.
  for (let at = 0; at < 100; at++) random();
  const profile = new TraceProfile();
  for (let request = 0; request < requests; request++) {
    const isBusy = options.hasBusyHalf && request >= requests / 2;
    const factor = (options.drift ?? 1) * (request < coldRequests ? 8 : 1) * (isBusy ? 1.5 : 1);
    for (let endpoint = 0; endpoint < endpoints; endpoint++) {
      const spans = simulateRequest(options, random, request * endpoints + endpoint, {
        endpoint,
        factor,
      });
      profile.add(buildTrace(spans[0].traceId, spans));
    }
  }
  return profile;
}

function simulateRequest(
  options: ShopOptions,
  random: () => number,
  number: number,
  { endpoint, factor }: { endpoint: number; factor: number },
): Span[] {
  const { noise = 0.2, outliers = 0.02 } = options;
  function time(ms: number): number {
    const tail = random() < outliers ? 1 + 20 * random() : 1;
    return ms * factor * tail * Math.exp(noise * gaussian(random));
  }
  const traceId = `t${number}`;
  const isError = random() < (options.errors?.(endpoint) ?? 0);
  const queryCount = options.queries?.(endpoint) ?? 1;
  const base = 1 + endpoint % 7;
  const spans: Span[] = [];
  const start = number * 1000;
  let at = start + time(base * 0.3);
  const functionStart = at;
  at += time(base * (options.slow?.(endpoint) ?? 1));
  for (let query = 0; query < queryCount; query++) {
    const ms = time(0.4);
    const attrs = { query: `SELECT * FROM t${endpoint} WHERE id = ${query}` };
    spans.push(makeSpan(`q${query}`, {
      traceId,
      parentId: "f",
      name: "SQL Query",
      kind: "sql",
      at,
      ms,
      attrs,
    }));
    at += ms + time(0.01);
  }
  const sharedMs = time(0.5);
  spans.push(makeSpan("shared", { traceId, parentId: "f", name: "Log.Write", at, ms: sharedMs }));
  at += sharedMs;
  const functionMs = at - functionStart;
  const parentId = options.hasLayer ? "layer" : "root";
  if (options.hasLayer) {
    spans.push(makeSpan("layer", {
      traceId,
      parentId: "root",
      name: "Auth.Check",
      at: functionStart,
      ms: functionMs,
    }));
  }
  spans.push(makeSpan("f", {
    traceId,
    parentId,
    name: `Service${endpoint}.Do`,
    at: functionStart,
    ms: functionMs,
  }));
  spans.unshift(makeSpan("root", {
    traceId,
    name: `GET /endpoint-${"abcdefghijklmnopqrstuvwxyz"[endpoint % 26]}${
      "xyz"[Math.trunc(endpoint / 26)]
    }`,
    kind: "http",
    at: start,
    ms: at - start + time(base * 0.1),
    error: isError || undefined,
  }));
  return spans;
}

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
