import type { Page, PageContext } from "./page.ts";
import { analysisOf, type AnalysisResult } from "./trace_analysis.ts";

/** What a page shows of what had been counted at one moment. */
export interface Snapshot {
  readonly result: AnalysisResult;
  /** The result's version at that moment. */
  readonly version: number;
  /** When that was, by the clock of `performance`. */
  readonly atMs: number;
}

/** While all is being counted, the figures on the screen change this often. */
const REFRESH_MS = 500;

/**
 * The work of a page of figures, see `Page.work`: goes on counting, and renews what the page shows now and
 * then.
 *
 * @param renew The page as it is, or with a new snapshot of a result.
 */
export function countForPage(
  page: Page & { readonly shown: Snapshot | undefined },
  context: PageContext,
  budgetMs: number,
  renew: (result?: AnalysisResult) => Page,
): Page | undefined {
  const { shown } = page;
  const analysis = analysisOf(context.traces);
  const work = analysis.work(context, budgetMs);
  const { result } = analysis;
  const isOther = shown?.result !== result;
  const isDue = work !== "busy" || isOther || performance.now() >= shown.atMs + REFRESH_MS;
  if ((isOther || shown.version !== result.version) && isDue) return renew(result);
  if (work === "idle") return undefined;
  // The same page asks to be called later, another one at once.
  return work === "waiting" ? page : renew();
}
