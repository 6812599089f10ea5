import { operationKey } from "./_operation_key.ts";
import type { PlaceProfile, TraceProfile } from "./trace_profile.ts";

/** A place in two profiles, or in one of them alone. */
export interface PlacePair {
  readonly before?: PlaceProfile;
  readonly after?: PlaceProfile;
  /** Whether its parents are one place, too, so that calls for each parent can be compared. */
  readonly hasSameParent: boolean;
}

/**
 * Finds the places of one profile in another: the same operation under the same parents. What is
 * left over then is looked for anywhere under the same root operation, so that a new layer in between
 * does not make everything under it new.
 *
 * @returns All places that are in both, and of the others the topmost: what is under them is new or gone
 * with them.
 */
export function matchPlaces(before: TraceProfile, after: TraceProfile): PlacePair[] {
  const matching: Matching = {
    pairs: [],
    matched: new Set(),
    before: new Set(),
    after: new Set(),
  };
  matchSiblings(before.roots, after.roots, matching);
  matchSiblings(before.orphans, after.orphans, matching);
  let next = 0;
  do {
    // Pairs are added while it runs.
    for (; next < matching.pairs.length; next++) {
      const pair = matching.pairs[next] as Required<PlacePair>;
      matchSiblings(pair.before.children, pair.after.children, matching);
    }
  } while (matchMoved(matching));
  for (const place of matching.before) matching.pairs.push({ before: place, hasSameParent: true });
  for (const place of matching.after) matching.pairs.push({ after: place, hasSameParent: true });
  return matching.pairs;
}

interface Matching {
  readonly pairs: PlacePair[];
  /** The places of both profiles that are in a pair. */
  readonly matched: Set<PlaceProfile>;
  /** The topmost places that have no counterpart yet. */
  readonly before: Set<PlaceProfile>;
  readonly after: Set<PlaceProfile>;
}

type Siblings = PlaceProfile["children"];

function matchSiblings(before: Siblings, after: Siblings, matching: Matching): void {
  const byKey = new Map<string, PlaceProfile>();
  for (const place of before.values()) {
    if (!matching.matched.has(place)) byKey.set(keyOf(place), place);
  }
  for (const place of after.values()) {
    if (matching.matched.has(place)) continue;
    const key = keyOf(place);
    const other = byKey.get(key);
    if (other === undefined) {
      matching.after.add(place);
      continue;
    }
    byKey.delete(key);
    addPair(matching, { before: other, after: place, hasSameParent: true });
  }
  for (const place of byKey.values()) matching.before.add(place);
}

function addPair(matching: Matching, pair: Required<PlacePair>): void {
  matching.pairs.push(pair);
  matching.matched.add(pair.before).add(pair.after);
}

/** Pairs what has moved: in what is left over on both sides, and the only one of its kind under its root. */
function matchMoved(matching: Matching): boolean {
  const pairCount = matching.pairs.length;
  const afterByKey = uniqueByKey(listLeftOver(matching.after, matching.matched));
  const beforePlaces = listLeftOver(matching.before, matching.matched);
  const beforeByKey = uniqueByKey(beforePlaces);
  // Parents come first: what is under a pair will be matched as its children.
  const covered = new Set<PlaceProfile>();
  for (const place of beforePlaces) {
    if (place.parent !== undefined && covered.has(place.parent)) {
      covered.add(place);
      continue;
    }
    const key = movedKey(place);
    const other = afterByKey.get(key);
    if (beforeByKey.get(key) === undefined || other === undefined) continue;
    if (place.root === place || other.root === other || isUnderMatched(other, matching)) continue;
    covered.add(place);
    matching.before.delete(place);
    matching.after.delete(other);
    addPair(matching, { before: place, after: other, hasSameParent: false });
  }
  return matching.pairs.length > pairCount;
}

/** The places and all that is under them, without what is matched; parents before their children. */
function listLeftOver(
  tops: ReadonlySet<PlaceProfile>,
  matched: ReadonlySet<PlaceProfile>,
): PlaceProfile[] {
  const list = [...tops];
  for (let at = 0; at < list.length; at++) {
    for (const child of list[at].children.values()) {
      if (!matched.has(child)) list.push(child);
    }
  }
  return list;
}

/** By key, what has a key of its own; `undefined` for keys that several share. */
function uniqueByKey(places: readonly PlaceProfile[]): Map<string, PlaceProfile | undefined> {
  const byKey = new Map<string, PlaceProfile | undefined>();
  for (const place of places) {
    const key = movedKey(place);
    byKey.set(key, byKey.has(key) ? undefined : place);
  }
  return byKey;
}

function isUnderMatched(place: PlaceProfile, { matched, after }: Matching): boolean {
  for (let above: PlaceProfile | undefined = place; above !== undefined; above = above.parent) {
    if (matched.has(above)) return true;
    if (after.has(above)) return false;
  }
  return false;
}

function keyOf(place: PlaceProfile): string {
  return operationKey(place.operation.group);
}

function movedKey(place: PlaceProfile): string {
  return `${keyOf(place.root)}\0${keyOf(place)}`;
}
