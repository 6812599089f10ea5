import type { HeaderField } from "./header_field.ts";
import { HTTP2_ERROR, Http2Error } from "./http2_error.ts";

/**
 * The header fields of a request by their names, strictly: what RFC 9113 calls malformed in section 8 is
 * refused. Several of one name are joined by a comma.
 *
 * @param streamId Of the stream that has the request.
 * @throws {Http2Error} When it is no good request.
 */
export function readRequestHeaders(
  fields: readonly HeaderField[],
  streamId: number,
): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let isPseudoOver = false;
  for (const { name, value } of fields) {
    const before = headers.get(name);
    if (name.startsWith(":")) {
      if (isPseudoOver) throw malformed(`"${name}" comes behind other headers`, streamId);
      if (!PSEUDO_HEADERS.has(name)) throw malformed(`"${name}" is not known`, streamId);
      if (before !== undefined) throw malformed(`"${name}" comes twice`, streamId);
    } else {
      isPseudoOver = true;
      if (!NAME.test(name)) throw malformed("a header's name is not valid", streamId);
      if (CONNECTION_HEADERS.has(name) || name === "te" && value !== "trailers") {
        throw malformed(`"${name}: ${value}" has no place in HTTP/2`, streamId);
      }
    }
    if (BAD_VALUE.test(value)) throw malformed(`the value of "${name}" is not valid`, streamId);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  for (const name of [":method", ":scheme", ":path"]) {
    if ((headers.get(name) ?? "") === "") throw malformed(`"${name}" is missing`, streamId);
  }
  return headers;
}

function malformed(what: string, streamId: number): Http2Error {
  return new Http2Error(HTTP2_ERROR.PROTOCOL_ERROR, `Malformed request: ${what}`, streamId);
}

const PSEUDO_HEADERS: ReadonlySet<string> = new Set([":authority", ":method", ":path", ":scheme"]);
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);
const NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
// deno-lint-ignore no-control-regex
const BAD_VALUE = /[\x00\x0a\x0d]/;
