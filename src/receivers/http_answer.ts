/** What is answered to a request. */
export interface HttpAnswer {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default "text/plain; charset=utf-8" */
  readonly contentType?: string;
  readonly body?: string | Uint8Array;
}

/**
 * Writes an answer as bytes.
 *
 * @param isLast Whether the connection is closed after it.
 * @param isHeadOnly Whether the request was a HEAD, whose answer has no body.
 */
export function encodeHttpAnswer(
  answer: HttpAnswer,
  isLast: boolean,
  isHeadOnly: boolean,
): Uint8Array {
  const { status = 200, headers = {}, contentType = "text/plain; charset=utf-8" } = answer;
  const body = typeof answer.body === "string"
    ? UTF8.encode(answer.body)
    : answer.body ?? new Uint8Array();
  let head = `HTTP/1.1 ${status} ${REASON_PHRASES[status] ?? ""}\r\n`;
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
  if (status !== 204) head += `content-type: ${contentType}\r\ncontent-length: ${body.length}\r\n`;
  if (isLast) head += "connection: close\r\n";
  const start = UTF8.encode(`${head}\r\n`);
  if (isHeadOnly || body.length === 0) return start;
  const bytes = new Uint8Array(start.length + body.length);
  bytes.set(start);
  bytes.set(body, start.length);
  return bytes;
}

const UTF8 = new TextEncoder();
const REASON_PHRASES: Readonly<Record<number, string>> = {
  200: "OK",
  202: "Accepted",
  204: "No Content",
  400: "Bad Request",
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
