import { canUnpackZstd, type Packing } from "../runtime/decompress.ts";
import { HttpProblem } from "./http_problem.ts";

/**
 * How a request's body is packed; `undefined` when it is not.
 *
 * @param encoding The Content-Encoding header.
 * @throws {HttpProblem} When it is packed in a way that is not understood here.
 */
export function parseContentEncoding(encoding: string | undefined): Packing | undefined {
  const name = (encoding ?? "").toLowerCase();
  if (name === "" || name === "identity") return undefined;
  const packing = name === "x-gzip" ? "gzip" : ACCEPTED.find((known) => known === name);
  if (packing !== undefined) return packing;
  const accepted = ACCEPTED.join(", ");
  throw new HttpProblem(
    415,
    "content_encoding",
    `Content-Encoding "${encoding}" is not understood; send ${accepted} or identity`,
    { "accept-encoding": accepted },
  );
}

const ACCEPTED: readonly Packing[] = canUnpackZstd()
  ? ["gzip", "deflate", "zstd"]
  : ["gzip", "deflate"];
