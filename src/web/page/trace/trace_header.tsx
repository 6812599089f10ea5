import type { ComponentChildren, JSX } from "preact";
import { isErrorSpan } from "../../../model/span.ts";
import { spanService } from "../../../model/span_service.ts";
import { clockText, countText, dayText, durationText, momentText } from "../components/figures.ts";
import { shownText, Text } from "../components/text.tsx";
import { pageRoute, routeUrl } from "../router.ts";
import { follow } from "../shell/header.tsx";
import { CopyButton } from "./copy_button.tsx";
import type { TraceView } from "./trace_view.ts";

/** What a trace is, on two lines: its root, and its figures. */
export function TraceHeader({ view }: { readonly view: TraceView }): JSX.Element {
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
        <span class="trace-id" title={shownText(trace.traceId)}>
          <bdi>{shownText(trace.traceId.slice(0, 8))}</bdi>
          <CopyButton text={trace.traceId} what="trace id" />
        </span>
      </div>
      <dl class="trace-facts">
        <Fact name="Start" title={momentText(trace.startTimeUnixNano)}>
          <span class="dim">{dayText(trace.startTimeUnixNano)}</span>{" "}
          {clockText(trace.startTimeUnixNano)}
        </Fact>
        <Fact name="Duration">{durationText(nano)}</Fact>
        <Fact name="Services">
          {countText(model.services.filter((name) => name !== "").length)}
        </Fact>
        <Fact name="Depth">{countText(model.depth)}</Fact>
        <Fact name="Spans">{countText(trace.nodes.length)}</Fact>
        {model.errors.length > 0 && (
          <Fact name="Errors" class="error">{countText(model.errors.length)}</Fact>
        )}
        {isRunning && <Fact name="Running" class="running">{countText(trace.runningCount)}</Fact>}
        {trace.unfinishedCount > 0 && (
          <Fact name="Unfinished" class="warning">{countText(trace.unfinishedCount)}</Fact>
        )}
      </dl>
      {trace.warnings.length > 0 && (
        <details class="trace-warnings">
          <summary>
            {countText(trace.warnings.length)}{" "}
            {trace.warnings.length === 1 ? "warning" : "warnings"}
          </summary>
          <ul>
            {trace.warnings.slice(0, MAX_WARNINGS).map((text) => (
              <li key={text}>
                <Text value={text} />
              </li>
            ))}
            {trace.warnings.length > MAX_WARNINGS && (
              <li class="dim">{countText(trace.warnings.length - MAX_WARNINGS)} more</li>
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
