import type { JSX } from "preact";
import type { GroupRow } from "../../../views/span_rows.ts";
import { formatNano } from "../../../views/time_text.ts";
import { formatCount } from "../../../views/count_text.ts";
import type { TraceView } from "./trace_view.ts";

/** The figures of a group of siblings, and those of its members that took longest. */
export function GroupDetails(
  { view, row }: { readonly view: TraceView; readonly row: GroupRow },
): JSX.Element {
  const model = view.model.value;
  const slowest = longest(row.indexes, (index) => model.ends[index] - model.starts[index]);
  return (
    <>
      <dl class="detail-rows">
        <Figure name="spans" text={formatCount(row.count)} />
        <Figure name="total time" text={formatNano(row.totalNano)} />
        <Figure name="from first to last" text={formatNano(row.toNano - row.fromNano)} />
        {row.p50Nano !== undefined && <Figure name="p50" text={formatNano(row.p50Nano)} />}
        {row.errorCount > 0 && <Figure name="errors" text={formatCount(row.errorCount)} isError />}
        {row.runningCount > 0 && <Figure name="running" text={formatCount(row.runningCount)} />}
      </dl>
      <section class="detail-section">
        <h3>Slowest</h3>
        <ul class="slowest">
          {slowest.map((index) => (
            <li key={index}>
              <button type="button" class="link-button" onClick={() => view.selectSpan(index)}>
                {formatNano(model.ends[index] - model.starts[index])}
              </button>{" "}
              <span class="dim">at +{formatNano(model.starts[index])}</span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Figure(
  { name, text, isError }: {
    readonly name: string;
    readonly text: string;
    readonly isError?: boolean;
  },
): JSX.Element {
  return (
    <div class={`detail-row${isError ? " error" : ""}`}>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </div>
  );
}

/** The few of which a figure is largest, the largest first. */
function longest(indexes: Int32Array, figure: (index: number) => number): number[] {
  const best: number[] = [];
  for (const index of indexes) {
    if (best.length === SHOWN && figure(index) <= figure(best[SHOWN - 1])) continue;
    const place = best.findIndex((other) => figure(other) < figure(index));
    best.splice(place < 0 ? best.length : place, 0, index);
    if (best.length > SHOWN) best.pop();
  }
  return best;
}

const SHOWN = 12;
