/**
 * veneur's `trace` package: clients that send spans with metrics in the Sensor Sensibility Format, and
 * the traces and spans themselves. The names follow the original; options are objects, results are
 * tagged unions, and losses are counted.
 *
 * ```ts
 * import { DEFAULT_VENEUR_ADDRESS, newClient, setDefaultClient, startSpanFromContext } from "./mod.ts";
 *
 * await setDefaultClient(newClient(DEFAULT_VENEUR_ADDRESS));
 * const span = startSpanFromContext("checkout");
 * span.attach(() => startSpanFromContext("charge").finish());
 * span.finish();
 * await setDefaultClient(undefined);
 * ```
 *
 * @module
 */
export { Client } from "./client.ts";
export type { ClientBackend, FlushableClientBackend } from "./client_backend.ts";
export type { ClientCounters } from "./client_counters.ts";
export {
  ErrClientNotNetworked,
  ErrContractViolation,
  ErrNoClient,
  ErrSpanContextNotFound,
  ErrUnsupportedFormat,
  ErrUnsupportedSpanContext,
  ErrWouldBlock,
  FlushError,
  SendError,
  type SendFailure,
} from "./client_errors.ts";
export {
  BUFFER_SIZE_BYTES,
  type ClientOptions,
  DEFAULT_BACKOFF_MS,
  DEFAULT_CAPACITY,
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_MAX_BACKOFF_MS,
  DEFAULT_PARALLELISM,
  type NetworkClientOptions,
  type ReportStatisticsOptions,
} from "./client_options.ts";
export type { FlushResult, OnSendOutcome, RecordResult, SendOutcome } from "./client_results.ts";
export { defaultClient, disable, enable, isDisabled, setDefaultClient } from "./default_client.ts";
export { newBackendClient, newChannelClient, newClient, type SpanReceiver } from "./new_client.ts";
export { flush, flushAsync, neutralizeClient, record, sendClientStatistics } from "./record.ts";
export { service, setService } from "./service.ts";
export { type FinishOptions, Span, startSpanFromContext, type StartSpanOptions } from "./span.ts";
export { StatsdCounter } from "./statsd_counter.ts";
export type { StatsCounter } from "./stats_counter.ts";
export {
  currentTrace,
  RESOURCE_KEY,
  spanFromContext,
  startChildSpan,
  startTrace,
  Trace,
  type TraceInit,
} from "./trace.ts";
export {
  type BinaryCarrier,
  type ContextFormat,
  type ExtractedContext,
  type ExtractResult,
  globalTracer,
  HEADER_FORMATS,
  type InjectResult,
  Tracer,
} from "./tracer.ts";
export { DEFAULT_VENEUR_ADDRESS } from "./veneur_address.ts";
