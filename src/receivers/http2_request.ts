/** Encoded blocks of header fields, with what is between them. */
export interface Http2Answer {
  readonly head: Uint8Array;
  readonly body?: Uint8Array;
  /** @default none: the answer is the head alone */
  readonly trailers?: Uint8Array;
}

/** A request whose header fields have come. */
export interface Http2Request {
  /** By lower-case name, those of HTTP/2 itself with their colon. */
  readonly headers: ReadonlyMap<string, string>;
  /** Whether headers are missing, because there were too many. */
  readonly hasLongHeaders: boolean;
  /** Answers it, once. What of its body still comes is forgotten. */
  answer(answer: Http2Answer): void;
}

/** Gets what follows the head of one request. */
export interface Http2RequestHandler {
  /** @param bytes A part of the body, valid during the call only. */
  data(bytes: Uint8Array): void;
  /** The request is whole. */
  end(): void;
  /** The sender has given the request up, or is gone: there is nobody to be answered. */
  abort(): void;
  /** Called now and then while the request is not answered. */
  expire(now: number): void;
}
