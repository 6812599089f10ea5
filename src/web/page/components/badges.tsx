import type { JSX } from "preact";
import { formatCount } from "../../../views/count_text.ts";
import { serviceColor } from "./service_color.ts";
import { Text } from "./text.tsx";

/** A service with its colour, which is the same everywhere. */
export function ServiceName({ name }: { name: string }): JSX.Element {
  if (name === "") return <span class="dim">–</span>;
  return (
    <span class="service">
      <span
        class="service-dot"
        aria-hidden="true"
        style={{ background: `var(${serviceColor(name)})` }}
      />
      <Text value={name} class="service-name" />
    </span>
  );
}

/** How many spans failed; nothing when none did. */
export function ErrorCount({ count }: { count: number }): JSX.Element | null {
  if (count === 0) return null;
  return (
    <span class="badge is-error" title={count === 1 ? "1 error" : `${formatCount(count)} errors`}>
      ✗ {formatCount(count)}
    </span>
  );
}

/** How many spans run or never ended; nothing when all are over. */
export function OpenCount(
  { running, unfinished }: { running: number; unfinished: number },
): JSX.Element | null {
  if (running > 0) {
    return (
      <span class="badge is-running" title="Spans that run">{formatCount(running)} running</span>
    );
  }
  if (unfinished > 0) {
    return (
      <span class="badge is-warning" title="Spans whose program ended before they did">
        {formatCount(unfinished)} unfinished
      </span>
    );
  }
  return null;
}
