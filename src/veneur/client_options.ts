import type { SsfSample } from "../wire/ssf/ssf_span.ts";
import { ErrClientNotNetworked } from "./client_errors.ts";
import type { StatsCounter } from "./stats_counter.ts";

/** Options of every client. */
export interface ClientOptions {
  /** Spans that may wait or be on their way; one more would block. @default 64 */
  capacity?: number;
  /** Makes another sample of each sample, just before its span is sent. What it throws loses the span. */
  normalizeSamples?: (sample: SsfSample) => SsfSample;
  /** Reports the client's statistics regularly. */
  reportStatistics?: ReportStatisticsOptions;
  /**
   * Flushes regularly, in milliseconds; not while an earlier flush is going on. Only for a backend that
   * can be flushed.
   */
  flushIntervalMs?: number;
  /**
   * Flushes whenever the iterable gives something, or the event target gets an event `flush`, instead
   * of the channel of the original. Closing the client returns the iterator or takes the listener off.
   */
  flushTrigger?: AsyncIterable<unknown> | EventTarget;
  /** How long closing tries to send what waits, in milliseconds. @default 1,000 */
  closeTimeoutMs?: number;
  /** How long a program that ends by itself is held back to send what waits, in milliseconds. @default 500 */
  endTimeoutMs?: number;
}

/** Options of a client with connections of its own. */
export interface NetworkClientOptions extends ClientOptions {
  /** Sends nothing before a flush, or before the buffer is full. @default false */
  buffered?: boolean;
  /** Bytes of the buffer of each connection; giving it makes the client buffered. @default 16 MiB + 5 */
  bufferSizeBytes?: number;
  /** How much longer each wait for a connection is than the one before, in milliseconds. @default 20 */
  backoffTimeMs?: number;
  /** The longest of these waits, in milliseconds. @default 1,000 */
  maxBackoffTimeMs?: number;
  /** How long to try to connect before the span is discarded, in milliseconds. @default 10,000 */
  connectTimeoutMs?: number;
  /** How long to wait for a receiver that does not read, in milliseconds. @default 500 */
  writeTimeoutMs?: number;
  /** Connections that send at the same time. @default 8 */
  parallelBackends?: number;
}

/** How a client reports its statistics. */
export interface ReportStatisticsOptions {
  /** A statsd server, `udp://HOST:PORT`, or what counts. */
  to: string | StatsCounter;
  /** How often, in milliseconds. */
  intervalMs: number;
  /** Tags of the counters, such as `service:shop`. */
  tags?: readonly string[];
}

/** How many spans wait in a client unless it is told otherwise. */
export const DEFAULT_CAPACITY = 64;
/** How many connections a client has unless it is told otherwise. */
export const DEFAULT_PARALLELISM = 8;
/** Bytes of a connection's buffer: one frame of the longest span. */
export const BUFFER_SIZE_BYTES = 16 * 1024 * 1024 + 5;
/** By what the wait for a connection grows, in milliseconds. */
export const DEFAULT_BACKOFF_MS = 20;
/** The longest wait for a connection, in milliseconds. */
export const DEFAULT_MAX_BACKOFF_MS = 1000;
/** How long to try to connect, in milliseconds. */
export const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

const NETWORK_OPTIONS = [
  "buffered",
  "bufferSizeBytes",
  "backoffTimeMs",
  "maxBackoffTimeMs",
  "connectTimeoutMs",
  "writeTimeoutMs",
  "parallelBackends",
] as const satisfies readonly (keyof NetworkClientOptions)[];

/**
 * Refuses what makes no sense without a network.
 *
 * @throws {ErrClientNotNetworked} When such an option is given.
 */
export function checkNotNetworked(options: NetworkClientOptions, isFlushable: boolean): void {
  const refused = isFlushable ? NETWORK_OPTIONS : [...NETWORK_OPTIONS, ...FLUSH_OPTIONS];
  for (const option of refused) {
    if (options[option] !== undefined) throw new ErrClientNotNetworked(option);
  }
}

const FLUSH_OPTIONS = ["flushIntervalMs", "flushTrigger"] as const;

/**
 * Checks a number among options.
 *
 * @throws {RangeError} When it is not finite or below the least.
 */
export function checkOption(name: string, value: number, least: number): number {
  if (!Number.isFinite(value) || value < least) {
    throw new RangeError(`Cannot use ${value} as ${name}: give a number of at least ${least}`);
  }
  return value;
}
