import type { ComponentChildren, JSX } from "preact";
import { countText } from "../../../views/count_text.ts";
import { formatNano } from "../../../views/time_text.ts";
import { shownText } from "../components/text.tsx";
import { dismissMissed, liveInfo, missedSpans, serverLink } from "../live.ts";

/** What one should know wherever one is: that the server is gone, or that something was missed. */
export function Notices(): JSX.Element {
  const info = liveInfo.value;
  const { skippedSpans, awaySpans, awayMs } = missedSpans.value;
  return (
    <div class="notices" role="status">
      {serverLink.value === "lost" && (
        <Notice kind="bad">
          The server does not answer. What was loaded stays here; trying to connect again. To start
          it again: <code>trace view --web</code>
        </Notice>
      )}
      {info?.connection === "ended" && (
        <Notice kind="plain">The session has ended: no more spans will come.</Notice>
      )}
      {info?.connection === "failed" && (
        <Notice kind="bad">
          Reading failed: {shownText(info.problem ?? "the reason is not known")}
        </Notice>
      )}
      {(skippedSpans > 0 || awaySpans > 0) && (
        <Notice kind="warn" onClose={dismissMissed}>
          {awaySpans > 0 && (
            <>
              Away for {formatNano(awayMs * 1e6)}: {countText(awaySpans, "span")}{" "}
              came meanwhile and are shown now.{" "}
            </>
          )}
          {skippedSpans > 0 && (
            <>{countText(skippedSpans, "span")} went by too fast and were missed.</>
          )}
        </Notice>
      )}
    </div>
  );
}

function Notice(
  { kind, children, onClose }: {
    kind: "bad" | "warn" | "plain";
    children: ComponentChildren;
    onClose?: () => void;
  },
): JSX.Element {
  return (
    <div class={`notice is-${kind}`}>
      <span>{children}</span>
      {onClose !== undefined && (
        <button type="button" class="icon-button" aria-label="Dismiss" onClick={onClose}>✕</button>
      )}
    </div>
  );
}
