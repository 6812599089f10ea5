import { HttpProblem } from "./http_problem.ts";

/** What a connection of HTTP/2 begins with, which has none of these requests in it. */
export class Http2Problem extends HttpProblem {
  constructor() {
    super(505, "http_version", "Only HTTP/1.1 is spoken here; gRPC has a port of its own");
  }
}

/** See RFC 9113, section 3.4: the preface looks like the head of a request. */
const HTTP2_PREFACE = "PRI * HTTP/2.0";

/** The request line and the headers of one request. */
export interface HttpHead {
  readonly method: string;
  /** As sent, without the query: nothing is decoded or resolved. */
  readonly path: string;
  /** What follows the path behind a question mark, as sent; empty without one. */
  readonly query: string;
  /** By lower-case name; several of one name are joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  /** Bytes of the body; `undefined` when it comes in chunks. */
  readonly bodyLength: number | undefined;
  /** Whether the sender would send another request over this connection. */
  readonly isPersistent: boolean;
  /** Whether an answer may come in chunks. */
  readonly takesChunks: boolean;
  /** Whether the sender waits to be asked for the body. */
  readonly expectsContinue: boolean;
}

/**
 * Reads the head of an HTTP/1.1 or 1.0 request, strictly: what two programs could read in two ways is
 * refused. See RFC 9112.
 *
 * @param text From the request line to the last header, without the empty line; a character for each byte.
 * @throws {HttpProblem} When it is no such head.
 */
export function parseHttpHead(text: string): HttpHead {
  const lines = text.split("\r\n");
  const request = REQUEST_LINE.exec(lines[0]);
  if (request === null) {
    if (lines[0] === HTTP2_PREFACE) throw new Http2Problem();
    throw /^\S+ \S+ HTTP\/\d/.test(lines[0])
      ? new HttpProblem(505, "http_version", "Only HTTP/1.1 is spoken here")
      : malformed("the request line is not METHOD TARGET HTTP/1.1");
  }
  const [, method, target, minor] = request;
  const headers = parseHeaders(lines);
  const isOld = minor === "0";
  if (!isOld && !headers.has("host")) throw malformed("there is no Host");
  // What a target names counts, whatever the header says (RFC 9112, 3.2.2): who checks the one must see it.
  const named = ABSOLUTE_TARGET.exec(target)?.[1];
  if (named !== undefined) headers.set("host", named);
  const connection = headers.get("connection")?.toLowerCase() ?? "";
  return {
    method,
    ...parseTarget(target),
    headers,
    bodyLength: parseBodyLength(headers, isOld),
    isPersistent: isOld ? /\bkeep-alive\b/.test(connection) : !/\bclose\b/.test(connection),
    takesChunks: !isOld,
    expectsContinue: !isOld && headers.get("expect")?.toLowerCase() === "100-continue",
  };
}

function parseHeaders(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index];
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    if (!TOKEN.test(name) || CONTROL_CHARACTER.test(line)) {
      throw malformed(`header ${index} is not NAME: VALUE`);
    }
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    if (before !== undefined && SINGLE_HEADERS.has(name)) throw malformed(`"${name}" comes twice`);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

const ABSOLUTE_TARGET = /^https?:\/\/([^/?#]*)/i;

/** `/path?query`, or what a sender says to a proxy: `http://host/path`. */
function parseTarget(target: string): { path: string; query: string } {
  const local = target.replace(ABSOLUTE_TARGET, "").replace(/#.*$/, "");
  const mark = local.indexOf("?");
  const path = mark < 0 ? local : local.slice(0, mark);
  return { path: path === "" ? "/" : path, query: mark < 0 ? "" : local.slice(mark + 1) };
}

function parseBodyLength(headers: ReadonlyMap<string, string>, isOld: boolean): number | undefined {
  const length = headers.get("content-length");
  const coding = headers.get("transfer-encoding");
  if (coding === undefined) {
    if (length === undefined) return 0;
    if (!/^\d+$/.test(length)) throw malformed("Content-Length is not a number");
    return Number(length);
  }
  if (length !== undefined) throw malformed("it has both Content-Length and Transfer-Encoding");
  if (isOld) throw malformed("HTTP/1.0 has no Transfer-Encoding");
  if (coding.toLowerCase() === "chunked") return undefined;
  throw new HttpProblem(501, "transfer_encoding", "The only Transfer-Encoding here is chunked");
}

function malformed(what: string): HttpProblem {
  return new HttpProblem(400, "malformed_request", `Malformed HTTP request: ${what}`);
}

const REQUEST_LINE = /^([\w!#$%&'*+.^`|~-]+) ([\x21-\x7e]+) HTTP\/1\.([01])$/;
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
/** All but the tab. */
// deno-lint-ignore no-control-regex
const CONTROL_CHARACTER = /[\x00-\x08\x0a-\x1f\x7f]/;
/** Headers of which a second one would be read differently by different programs. */
const SINGLE_HEADERS: ReadonlySet<string> = new Set([
  "content-encoding",
  "content-length",
  "content-type",
  "host",
  "origin",
  "transfer-encoding",
]);
