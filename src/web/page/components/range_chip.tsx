import type { JSX } from "preact";
import { navigate, route } from "../router.ts";
import { traceQuery } from "../trace_query.ts";
import { localClock } from "./local_time.ts";

/** The range of start times that the page is narrowed down to, and the way out of it. */
export function RangeChip(): JSX.Element | null {
  const { after, before } = traceQuery(route.value);
  if (after === undefined && before === undefined) return null;
  const from = after === undefined ? "…" : localClock(BigInt(after));
  const to = before === undefined ? "…" : localClock(BigInt(before));
  return (
    <button
      type="button"
      class="chip"
      title="Show all start times again"
      onClick={() => {
        const { after: _after, before: _before, ...more } = route.value.more;
        navigate({ more });
      }}
    >
      {from} – {to} ✕
    </button>
  );
}
