/** What of a trace is folded away: a value, changed by the functions below. */
export interface Folds {
  /** Ids of spans whose subtree is folded. */
  readonly foldedSpans: ReadonlySet<string>;
  /** Keys of groups of siblings that show their members. */
  readonly openGroups: ReadonlySet<string>;
  /** The depth from which on spans are folded, unless they are among {@linkcode Folds.openSpans}; absent for none. */
  readonly maxDepth?: number;
  /** Ids of spans that show their children although they are that deep. */
  readonly openSpans?: ReadonlySet<string>;
  /** Whether siblings that do the same are put together. */
  readonly isGrouping: boolean;
}

/** Nothing is folded but groups of siblings. */
export const NO_FOLDS: Folds = {
  foldedSpans: new Set(),
  openGroups: new Set(),
  isGrouping: true,
};

/** Whether the folds hide what is below a span that has children, at this depth of its row. */
export function isSpanFolded(folds: Folds, spanId: string, depth: number): boolean {
  if (folds.foldedSpans.has(spanId)) return true;
  return folds.maxDepth !== undefined && depth >= folds.maxDepth &&
    !(folds.openSpans?.has(spanId) ?? false);
}

/** Folds a span, or shows its children again. */
export function foldSpan(folds: Folds, spanId: string, isFolded: boolean): Folds {
  return {
    ...folds,
    foldedSpans: withMember(folds.foldedSpans, spanId, isFolded),
    openSpans: withMember(
      folds.openSpans ?? NONE,
      spanId,
      !isFolded && folds.maxDepth !== undefined,
    ),
  };
}

/** Shows the members of a group of siblings, or puts them together again. */
export function openGroup(folds: Folds, key: string, isOpen: boolean): Folds {
  return { ...folds, openGroups: withMember(folds.openGroups, key, isOpen) };
}

/**
 * Folds everything below a depth, 0 being the root; what was folded or open before counts no more.
 *
 * @param maxDepth `undefined` to show all levels.
 */
export function foldToDepth(folds: Folds, maxDepth: number | undefined): Folds {
  return { ...folds, foldedSpans: NONE, openSpans: NONE, maxDepth };
}

const NONE: ReadonlySet<string> = new Set();

function withMember(set: ReadonlySet<string>, member: string, isIn: boolean): ReadonlySet<string> {
  if (set.has(member) === isIn) return set;
  const changed = new Set(set);
  if (isIn) changed.add(member);
  else changed.delete(member);
  return changed;
}
