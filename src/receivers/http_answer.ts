/** What is answered to a request. */
export interface HttpAnswer {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default "text/plain; charset=utf-8" */
  readonly contentType?: string;
  readonly body?: string | Uint8Array;
  /**
   * In place of a body: what is sent as it is made, a part once the one before has gone. The connection is closed
   * behind it.
   *
   * @param signal Aborted when nobody reads it any more.
   */
  readonly stream?: (signal: AbortSignal) => AsyncIterable<Uint8Array>;
}

/** How an answer is written. */
export interface HttpAnswerForm {
  /** Whether the connection is closed after it. */
  readonly isLast: boolean;
  /** Whether the request was a HEAD, whose answer has no body. */
  readonly isHeadOnly?: boolean;
  /** Whether what is streamed follows in chunks; otherwise it ends with the connection. */
  readonly isChunked?: boolean;
}

/** Writes an answer as bytes; of one that is streamed, the head. */
export function encodeHttpAnswer(answer: HttpAnswer, form: HttpAnswerForm): Uint8Array {
  const { status = 200, headers = {}, contentType = "text/plain; charset=utf-8" } = answer;
  const body = typeof answer.body === "string"
    ? UTF8.encode(answer.body)
    : answer.body ?? new Uint8Array();
  let head = `HTTP/1.1 ${status} ${REASON_PHRASES[status] ?? ""}\r\n`;
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
  if (status !== 204) head += `content-type: ${contentType}\r\n`;
  if (answer.stream !== undefined) head += form.isChunked ? "transfer-encoding: chunked\r\n" : "";
  else if (status !== 204) head += `content-length: ${body.length}\r\n`;
  if (form.isLast) head += "connection: close\r\n";
  const start = UTF8.encode(`${head}\r\n`);
  if (form.isHeadOnly || body.length === 0) return start;
  const bytes = new Uint8Array(start.length + body.length);
  bytes.set(start);
  bytes.set(body, start.length);
  return bytes;
}

/** A part of a body in chunks, which must not be empty. See RFC 9112, section 7.1. */
export function encodeHttpChunk(bytes: Uint8Array): Uint8Array {
  const size = UTF8.encode(`${bytes.length.toString(16)}\r\n`);
  const chunk = new Uint8Array(size.length + bytes.length + 2);
  chunk.set(size);
  chunk.set(bytes, size.length);
  chunk.set(LINE_END, chunk.length - 2);
  return chunk;
}

const UTF8 = new TextEncoder();
const LINE_END = UTF8.encode("\r\n");
/** What a body in chunks ends with. */
export const LAST_HTTP_CHUNK: Uint8Array = UTF8.encode("0\r\n\r\n");
const REASON_PHRASES: Readonly<Record<number, string>> = {
  200: "OK",
  202: "Accepted",
  204: "No Content",
  303: "See Other",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};
