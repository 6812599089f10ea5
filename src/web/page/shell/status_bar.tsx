import type { JSX } from "preact";
import { countText, formatCount } from "../../../views/count_text.ts";
import { shownText } from "../components/text.tsx";
import { shownInfo } from "../live.ts";

/** The counters: what there is, and what is not there because something had to give. */
export function StatusBar(): JSX.Element | null {
  const info = shownInfo.value;
  if (info === undefined) return <footer class="status-bar" />;
  const dropped = Object.entries(info.dropped).filter(([, count]) => count > 0);
  const droppedCount = dropped.reduce((sum, [, count]) => sum + count, 0);
  return (
    <footer class="status-bar" aria-label="Counters">
      <span>{countText(info.traces, "trace")}</span>
      <span>{countText(info.spans, "span")}</span>
      {info.running > 0 && <span class="is-running">{formatCount(info.running)} running</span>}
      {info.errors > 0 && <span class="is-error">{countText(info.errors, "error")}</span>}
      <span
        class={droppedCount > 0 ? "is-warning" : "dim"}
        title="Spans given up to keep a bound on memory"
      >
        {formatCount(droppedCount)} dropped{droppedCount > 0 &&
          ` (${dropped.map(([reason, count]) => `${reason} ${formatCount(count)}`).join(", ")})`}
      </span>
      <span
        class={info.skipped > 0 ? "is-warning" : "dim"}
        title="Spans that went by too fast for this viewer"
      >
        {formatCount(info.skipped)} missed
      </span>
      {info.notices.length > 0 && (
        <span
          class="is-warning"
          title={info.notices.map((each) => shownText(each)).join("\n")}
        >
          {shownText(info.notices[0])}
          {info.notices.length > 1 && ` and ${countText(info.notices.length - 1, "notice")} more`}
        </span>
      )}
      <span class="status-version dim">trace {info.version}</span>
    </footer>
  );
}
