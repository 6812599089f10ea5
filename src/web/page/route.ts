import { decodeTraceSegment, encodeTraceSegment } from "../../views/trace_segment.ts";

/** The pages of the browser view. */
export type PageName = "traces" | "trace" | "stats" | "services" | "diff" | "unknown";

/** What the address says: which page, and of what. */
export interface Route {
  readonly page: PageName;
  /** On the page of one trace. */
  readonly traceId?: string;
  /** The span that is selected there. */
  readonly spanId?: string;
  /** The query that narrows the page down; empty for none. */
  readonly where: string;
  /** How the list of traces is sorted; empty for the server's default. */
  readonly sort: string;
  /** A moment of the recording, in nanoseconds since the epoch; absent for its end. */
  readonly at?: string;
  /** Whatever else a page keeps in its address, such as the tab that is open. */
  readonly more: Readonly<Record<string, string>>;
}

/** The page that a visitor gets who names none. */
export const HOME: Route = { page: "traces", where: "", sort: "", more: {} };

/**
 * Reads an address.
 *
 * @param path Such as `/t/4bf92f`.
 * @param search Such as `?where=error`; may be empty.
 * @returns A route; its page is `unknown` where there is none of that name.
 */
export function parseRoute(path: string, search: string): Route {
  const parameters = new URLSearchParams(search);
  const where = parameters.get("where") ?? "";
  const sort = parameters.get("sort") ?? "";
  const at = parameters.get("at") ?? undefined;
  const more: Record<string, string> = Object.create(null);
  for (const [name, value] of parameters) {
    if (name !== "where" && name !== "sort" && name !== "at") more[name] = value;
  }
  const rest = {
    where,
    sort,
    at: at !== undefined && /^\d{1,20}$/.test(at) ? at : undefined,
    more,
  };
  const segments = path.split("/").slice(1);
  const [first, traceId, spanId] = segments;
  if (first === "" && segments.length === 1) return { page: "traces", ...rest };
  if (first === "t" && segments.length <= 3 && traceId !== undefined && traceId !== "") {
    const span = spanId === undefined || spanId === "" ? undefined : readSegment(spanId);
    return { page: "trace", traceId: readSegment(traceId), spanId: span, ...rest };
  }
  if ((first === "stats" || first === "services" || first === "diff") && segments.length === 1) {
    return { page: first, ...rest };
  }
  return { page: "unknown", ...rest };
}

/** The address of a route; {@linkcode parseRoute} reads it back. */
export function formatRoute(route: Route): string {
  const parameters = new URLSearchParams();
  if (route.where !== "") parameters.set("where", route.where);
  if (route.sort !== "") parameters.set("sort", route.sort);
  if (route.at !== undefined) parameters.set("at", route.at);
  for (const name in route.more) {
    if (route.more[name] !== "") parameters.set(name, route.more[name]);
  }
  const search = parameters.toString();
  return pathOf(route) + (search === "" ? "" : `?${search}`);
}

function pathOf({ page, traceId, spanId }: Route): string {
  if (page === "trace") {
    const path = `/t/${encodeTraceSegment(traceId ?? "")}`;
    return spanId === undefined ? path : `${path}/${encodeTraceSegment(spanId)}`;
  }
  return page === "traces" || page === "unknown" ? "/" : `/${page}`;
}

/** What a segment says; what is not escaped properly was typed by a person and stays as it is. */
function readSegment(segment: string): string {
  try {
    return decodeTraceSegment(segment);
  } catch {
    return segment;
  }
}
