import type { Carrier } from "./propagation/carrier.ts";
import { injectMissing } from "./propagation/inject_missing.ts";
import type { Propagator } from "./propagation/propagator.ts";
import type { TraceContext } from "./propagation/trace_context.ts";

type FetchArguments = Parameters<typeof globalThis.fetch>;

/**
 * Adds the headers of a context to the arguments of a `fetch`, in whatever form the caller gives
 * headers. Nothing of the caller's changes; headers that he set himself stay.
 *
 * @returns Arguments to use instead; the same ones when these cannot be understood.
 */
export function propagateFetch(
  args: FetchArguments,
  context: TraceContext,
  propagator: Propagator,
): FetchArguments {
  try {
    const [input, init] = args;
    // As in `fetch` itself, headers in the second argument replace those of a request.
    const given = init?.headers ?? (isRequest(input) ? input.headers : undefined);
    const headers = addHeaders(given, context, propagator);
    return [input, withHeaders(init, headers)];
  } catch {
    // What is wrong with these headers, `fetch` will say. A foreign propagator may throw, too.
    return args;
  }
}

function isRequest(input: FetchArguments[0]): input is Request {
  return typeof input === "object" && "headers" in input;
}

/** Keeps the form, because not everything that is called like `fetch` understands all of them. */
function addHeaders(
  given: RequestInit["headers"],
  context: TraceContext,
  propagator: Propagator,
): RequestInit["headers"] {
  if (given === undefined || isPlainObject(given)) {
    const headers: { [name: string]: string } = { ...given };
    injectMissing(propagator, context, headers);
    return headers;
  }
  const headers = new Headers(given);
  if (!Array.isArray(given)) {
    injectMissing(propagator, context, headers);
    return headers;
  }
  const present = new Set(headers.keys());
  injectMissing(propagator, context, headers);
  const added = [...headers].filter(([name]) => !present.has(name));
  return [...given, ...added] as [string, string][];
}

function withHeaders(init: RequestInit | undefined, headers: RequestInit["headers"]): RequestInit {
  if (init === undefined || isPlainObject(init)) return { ...init, headers };
  // A request, say, whose properties are getters that want to be called on it.
  return new Proxy(init, {
    get: (target, key): unknown => key === "headers" ? headers : Reflect.get(target, key),
  });
}

function isPlainObject(value: object): value is Carrier & { [name: string]: string } {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
