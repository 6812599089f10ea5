/** No client was given, and there is no default client. */
export class ErrNoClient extends Error {
  override readonly name = "ErrNoClient";

  constructor() {
    super("Cannot record: there is no client; make one with newClient and setDefaultClient");
  }
}

/** The client cannot take more at the moment, or will never again. */
export class ErrWouldBlock extends Error {
  override readonly name = "ErrWouldBlock";

  constructor(message = "Cannot take the span: the client's queue is full") {
    super(message);
  }
}

/** An option that only makes sense with a network was given to a client that has none. */
export class ErrClientNotNetworked extends Error {
  override readonly name = "ErrClientNotNetworked";

  constructor(option: string) {
    super(`Cannot use the option "${option}": the client has no network connection of its own`);
  }
}

/** A span context of another tracing library was given where only veneur's can be used. */
export class ErrUnsupportedSpanContext extends Error {
  override readonly name = "ErrUnsupportedSpanContext";

  constructor() {
    super("Cannot use this span context: it was not made by this tracer");
  }
}

/** A context was to be written or read in a format that the tracer does not know. */
export class ErrUnsupportedFormat extends Error {
  override readonly name = "ErrUnsupportedFormat";

  constructor(format: unknown) {
    super(`Cannot use the format "${String(format)}": give http_headers, text_map or binary`);
  }
}

/** A carrier holds no span context that could be read. */
export class ErrSpanContextNotFound extends Error {
  override readonly name = "ErrSpanContextNotFound";

  constructor() {
    super("Cannot extract a span context: the carrier holds none with a trace id and a span id");
  }
}

/** A caller broke a rule of an interface, as {@linkcode ErrContractViolation.details} tells. */
export class ErrContractViolation extends Error {
  override readonly name = "ErrContractViolation";
  /** What was given. */
  readonly details: unknown;

  constructor(message: string, details?: unknown) {
    super(`Contract violation: ${message}`);
    this.details = details;
  }
}

/** At least one of a client's backends failed to flush. */
export class FlushError extends Error {
  override readonly name = "FlushError";
  /** One for each backend that failed. */
  readonly errors: readonly Error[];

  constructor(errors: readonly Error[]) {
    super(`Cannot flush: ${errors.map((error) => error.message).join("; ")}`);
    this.errors = errors;
  }
}

/**
 * Why a span that a client had accepted was lost:
 *
 * - `connection_lost`: the connection broke while it carried the span, or since the last one;
 * - `connect_timeout`: nobody listened for as long as `connectTimeoutMs`;
 * - `write_timeout`: the receiver stopped reading;
 * - `too_long`: more than a datagram or a frame holds;
 * - `not_permitted`: the runtime does not allow the connection;
 * - `unencodable`: the span has a field of a wrong type, or its normaliser threw;
 * - `closed`: the client was closed before its turn.
 */
export type SendFailure =
  | "connection_lost"
  | "connect_timeout"
  | "write_timeout"
  | "too_long"
  | "not_permitted"
  | "unencodable"
  | "closed";

/** A span, or the spans of a buffer, were lost on the way. */
export class SendError extends Error {
  override readonly name = "SendError";
  /** The reason under which the loss is counted. */
  readonly reason: SendFailure;

  constructor(reason: SendFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
