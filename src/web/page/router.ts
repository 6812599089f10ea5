import { type ReadonlySignal, signal } from "@preact/signals";
import { formatRoute, HOME, parseRoute, type Route } from "./route.ts";

/** Where routes are kept: the address of a page that a server sent, or what follows `#` in a file. */
type Place = "address" | "fragment";

const current = signal<Route>(HOME);
let place: Place = "address";

/** What the address says now. */
export const route: ReadonlySignal<Route> = current;

/** Begins to follow the address; once, before anything is drawn. */
export function startRouter(): void {
  place = location.protocol === "file:" ? "fragment" : "address";
  const read = (): void => {
    current.value = readRoute();
  };
  addEventListener("popstate", read);
  if (place === "fragment") addEventListener("hashchange", read);
  read();
}

/**
 * Goes somewhere.
 *
 * @param change What is to be different from where we are.
 * @param how Whether the way back leads here. What is typed or dragged replaces, so that going back
 *   takes one step and not hundreds. @default "push"
 */
export function navigate(change: Partial<Route>, how: "push" | "replace" = "push"): void {
  const next = { ...current.value, ...change };
  const url = routeUrl(next);
  if (url === routeUrl(current.value)) return;
  if (how === "push") history.pushState(null, "", url);
  else history.replaceState(null, "", url);
  current.value = next;
}

/** The address to put into a link, so that it can be opened in a tab of its own. */
export function routeUrl(target: Route): string {
  return place === "address" ? formatRoute(target) : `#${formatRoute(target)}`;
}

/** What the page of one trace has, and no other, left out; query and moment stay. */
export function pageRoute(page: "traces" | "stats" | "services" | "diff"): Route {
  const { where, sort, at } = current.value;
  return { page, where, sort, at, more: {} };
}

/** The route of a trace, or of a span in it; the query stays, so that going back finds it. */
export function traceRoute(traceId: string, spanId?: string): Route {
  const { where, sort, at } = current.value;
  return { page: "trace", traceId, spanId, where, sort, at, more: {} };
}

function readRoute(): Route {
  if (place === "address") return parseRoute(location.pathname, location.search);
  const [path, search = ""] = splitOnce(location.hash.slice(1), "?");
  return parseRoute(path === "" ? "/" : path, search);
}

function splitOnce(text: string, mark: string): [string, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at)];
}
