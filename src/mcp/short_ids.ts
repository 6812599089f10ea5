import { escapeText } from "../terminal/escape_text.ts";
import { beginningOf } from "./answer.ts";

/**
 * Makes ids short: to their beginning where no other id begins so, else they stay whole.
 *
 * @param all All ids among which the short ones must be unique.
 * @param length How long a short one is.
 * @returns What shows an id, with nothing harmful in it; it is found by `matchId`.
 */
export function createIdShortener(
  all: Iterable<string>,
  length: number,
): (id: string) => string {
  const owners = new Map<string, number>();
  for (const id of all) {
    const beginning = id.slice(0, length);
    owners.set(beginning, (owners.get(beginning) ?? 0) + 1);
  }
  return (id) => showId(owners.get(id.slice(0, length)) === 1 ? id.slice(0, length) : id);
}

/** An id with nothing harmful in it, however long it is. */
export function showId(id: string): string {
  return escapeText(beginningOf(id, MAX_ID_LENGTH));
}

/**
 * Finds the ids that an agent may mean: the one that is given whole, else those that begin so, as they are
 * or as they are shown.
 */
export function matchId(given: string, all: Iterable<string>): string[] {
  const beginning = given.trim().replace(/^#/, "").replace(/…$/, "");
  const found: string[] = [];
  for (const id of all) {
    if (id === beginning) return [id];
    if (id.startsWith(beginning) || showId(id).startsWith(beginning)) found.push(id);
  }
  return found;
}

const MAX_ID_LENGTH = 128;
