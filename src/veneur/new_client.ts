import type { SsfSpan } from "../wire/ssf/ssf_span.ts";
import { Client } from "./client.ts";
import { type ClientBackend, isFlushable } from "./client_backend.ts";
import {
  BUFFER_SIZE_BYTES,
  checkNotNetworked,
  checkOption,
  type ClientOptions,
  DEFAULT_BACKOFF_MS,
  DEFAULT_CONNECT_TIMEOUT_MS,
  DEFAULT_MAX_BACKOFF_MS,
  DEFAULT_PARALLELISM,
  type NetworkClientOptions,
} from "./client_options.ts";
import { NetworkBackend } from "./network_backend.ts";
import { openSocket } from "../transport/open_socket.ts";
import { parseVeneurAddress } from "./veneur_address.ts";

/**
 * Makes a client that sends to a veneur. Nothing is connected before the first span.
 *
 * @param address `udp://HOST:PORT`, `unix:///PATH` or, which is an extension, `tcp://HOST:PORT`.
 * @throws {TypeError} When the address is none of these.
 * @throws {RangeError} When an option is no usable number.
 * @example
 * ```ts
 * import { DEFAULT_VENEUR_ADDRESS, newClient, setDefaultClient } from "./mod.ts";
 *
 * // Replace the default client by one that can hold 20 spans; the old one is closed.
 * await setDefaultClient(newClient(DEFAULT_VENEUR_ADDRESS, { capacity: 20 }));
 * await setDefaultClient(undefined);
 * ```
 */
export function newClient(address: string, options: NetworkClientOptions = {}): Client {
  const parsed = parseVeneurAddress(address);
  const isBuffered = options.buffered ?? options.bufferSizeBytes !== undefined;
  const bufferSizeBytes = checkOption(
    "bufferSizeBytes",
    options.bufferSizeBytes ?? BUFFER_SIZE_BYTES,
    1,
  );
  const settings = {
    open: () => openSocket(parsed),
    isDatagram: parsed.transport === "udp",
    bufferSizeBytes: isBuffered ? bufferSizeBytes : 0,
    backoffTimeMs: checkOption("backoffTimeMs", options.backoffTimeMs ?? DEFAULT_BACKOFF_MS, 0),
    maxBackoffTimeMs: checkOption(
      "maxBackoffTimeMs",
      options.maxBackoffTimeMs ?? DEFAULT_MAX_BACKOFF_MS,
      1,
    ),
    connectTimeoutMs: checkOption(
      "connectTimeoutMs",
      options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      0,
    ),
    writeTimeoutMs: checkOption("writeTimeoutMs", options.writeTimeoutMs ?? 500, 1),
  };
  const length = checkOption(
    "parallelBackends",
    options.parallelBackends ?? DEFAULT_PARALLELISM,
    1,
  );
  return new Client(
    (onUnbuffered) =>
      Array.from({ length }, () => new NetworkBackend({ ...settings, onUnbuffered })),
    options,
  );
}

/**
 * Makes a client that passes spans to a backend of your own, in a test for example.
 *
 * @param backend Closed with the client.
 * @throws {ErrClientNotNetworked} When an option only makes sense with a network, or flushes a backend
 * that cannot be flushed.
 * @throws {RangeError} When an option is no usable number.
 */
export function newBackendClient(backend: ClientBackend, options: ClientOptions = {}): Client {
  checkNotNetworked(options, isFlushable(backend));
  return new Client(() => [backend], options);
}

/** Takes the spans of a {@linkcode newChannelClient}: a function, or something to push to, as an array. */
export type SpanReceiver =
  | ((span: SsfSpan) => unknown)
  | { push(span: SsfSpan): unknown };

/**
 * Makes a client that hands spans to a function or an array.
 *
 * @param receiver If it returns a promise, the next span waits for that; what it throws loses the span.
 * @throws {ErrClientNotNetworked} When an option only makes sense with a network.
 * @throws {RangeError} When an option is no usable number.
 * @example
 * ```ts
 * import { newChannelClient, record, startTrace } from "./mod.ts";
 * import type { SsfSpan } from "./ssf/mod.ts";
 *
 * const spans: SsfSpan[] = [];
 * await using client = newChannelClient(spans);
 * record(client, startTrace("checkout").ssfSpan());
 * await client.flush();
 * if (spans[0].tags.resource !== "checkout") throw new Error("wrong");
 * ```
 */
export function newChannelClient(receiver: SpanReceiver, options: ClientOptions = {}): Client {
  const push = typeof receiver === "function"
    ? receiver
    : (span: SsfSpan): unknown => receiver.push(span);
  return newBackendClient({
    sendSync(span): void | Promise<void> {
      const taken = push(span);
      if (taken instanceof Promise) return taken.then(() => {});
    },
    close(): void {},
  }, options);
}
