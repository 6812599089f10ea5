import type { ComponentChildren, JSX } from "preact";
import { isErrorSpan } from "../../../model/span.ts";
import { spanService } from "../../../model/span_service.ts";
import { formatCount } from "../../../views/count_text.ts";
import { formatDuration } from "../../../model/duration.ts";
import { localClock, localDateTime } from "../components/local_time.ts";
import { momentText } from "../components/figures.ts";
import { shownText, Text } from "../components/text.tsx";
import { pageRoute, routeUrl } from "../router.ts";
import { follow } from "../shell/header.tsx";
import { CopyButton } from "./copy_button.tsx";
import { kindColor } from "./kind_colors.ts";
import type { TraceView } from "./trace_view.ts";

/** What a trace is, on two lines: its root, and its figures. */
export function TraceHeader(
  { view, isPart }: { readonly view: TraceView; readonly isPart: boolean },
): JSX.Element {
  const model = view.model.value;
  view.moment.value;
  const { trace } = model;
  const { rootSpan } = trace;
  const service = spanService(rootSpan);
  const list = pageRoute("traces");
  const isRunning = trace.runningCount > 0;
  const nano = isRunning ? BigInt(Math.round(model.durationNano)) : trace.durationNano;
  return (
    <header class="trace-header">
      <div class="trace-title">
        <a class="back" href={routeUrl(list)} onClick={follow(list)} title="To the traces">
          <span aria-hidden="true">←</span>
          <span class="visually-hidden">To the traces</span>
        </a>
        <h1>
          {service !== undefined && <Text class="trace-service" value={service} />}
          <Text value={rootSpan.name} fallback="(no name)" />
        </h1>
        {isErrorSpan(rootSpan) && <span class="badge is-error">error</span>}
        {isRunning && <span class="badge is-running">running</span>}
        {isPart && <span class="badge is-warning" role="status">reading …</span>}
        <span class="trace-id" title={shownText(trace.traceId)}>
          <bdi>{shownText(trace.traceId.slice(0, 8))}</bdi>
          <CopyButton text={trace.traceId} what="trace id" />
        </span>
      </div>
      <dl class="trace-facts">
        <Fact name="Start" title={momentText(trace.startTimeUnixNano)}>
          <span class="dim">{localDateTime(trace.startTimeUnixNano).slice(0, 10)}</span>{" "}
          {localClock(trace.startTimeUnixNano)}
        </Fact>
        <Fact name="Duration">{formatDuration(nano)}</Fact>
        <Fact name="Services">
          {formatCount(model.services.filter((name) => name !== "").length)}
        </Fact>
        {model.isColoredByKind && model.kinds.size > 1 && (
          <Fact name="Kinds">
            {[...model.kinds].map((kind) => (
              <span
                key={kind}
                class="kind"
                style={{ "--service": `var(--service-${kindColor(kind)})` }}
              >
                <span class="service-mark" />
                {kind}
              </span>
            ))}
          </Fact>
        )}
        <Fact name="Depth">{formatCount(model.depth)}</Fact>
        <Fact name="Spans">{formatCount(trace.nodes.length)}</Fact>
        {model.errors.length > 0 && (
          <Fact name="Errors" class="error">{formatCount(model.errors.length)}</Fact>
        )}
        {isRunning && <Fact name="Running" class="running">{formatCount(trace.runningCount)}</Fact>}
        {trace.unfinishedCount > 0 && (
          <Fact name="Unfinished" class="warning">{formatCount(trace.unfinishedCount)}</Fact>
        )}
      </dl>
      {trace.warnings.length > 0 && (
        <details class="trace-warnings">
          <summary>
            {formatCount(trace.warnings.length)}{" "}
            {trace.warnings.length === 1 ? "warning" : "warnings"}
          </summary>
          <ul>
            {trace.warnings.slice(0, MAX_WARNINGS).map((text) => (
              <li key={text}>
                <Text value={text} />
              </li>
            ))}
            {trace.warnings.length > MAX_WARNINGS && (
              <li class="dim">{formatCount(trace.warnings.length - MAX_WARNINGS)} more</li>
            )}
          </ul>
        </details>
      )}
    </header>
  );
}

function Fact(
  { name, title, children, class: className }: {
    readonly name: string;
    readonly title?: string;
    readonly class?: string;
    readonly children: ComponentChildren;
  },
): JSX.Element {
  return (
    <div class={className} title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const MAX_WARNINGS = 50;
