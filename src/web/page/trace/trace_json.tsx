import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { encodeSpanLine } from "../../../wire/span_line/encode_span_line.ts";
import { countText, formatCount } from "../../../views/count_text.ts";
import { Text } from "../components/text.tsx";
import { CopyButton } from "./copy_button.tsx";
import { downloadTrace } from "./download_trace.ts";
import { escapeLines } from "./long_text.tsx";
import { prettyJson } from "./pretty_json.ts";
import type { TraceView } from "./trace_view.ts";

/** The span that is selected as recordings have it, or else the root; and the whole trace to take away. */
export function TraceJson({ view }: { readonly view: TraceView }): JSX.Element {
  const isAll = useSignal(false);
  const index = useComputed(() => {
    const selected = view.selectedIndex.value;
    return selected < 0 ? view.model.value.trace.rootIndex : selected;
  });
  const text = useComputed(() => {
    const { span } = view.model.value.trace.nodes[index.value];
    return prettyJson(encodeSpanLine(span).trimEnd());
  });
  const { trace } = view.model.value;
  const isLong = text.value.length > SHOWN_CHARACTERS && !isAll.value;
  const shown = isLong ? `${text.value.slice(0, SHOWN_CHARACTERS).toWellFormed()}…` : text.value;
  return (
    <div class="trace-json">
      <div class="json-head">
        <span class="dim">Span</span>
        <Text value={trace.nodes[index.value].span.name} fallback="(no name)" />
        <CopyButton text={text.value} what="JSON" />
        <span class="spacer" />
        <button type="button" class="button is-small" onClick={() => void downloadTrace(trace)}>
          Download the trace ({countText(trace.nodes.length, "span")})
        </button>
      </div>
      <pre tabIndex={0} aria-label="The span as JSON"><bdi>{escapeLines(shown)}</bdi></pre>
      {isLong && (
        <button type="button" class="link-button" onClick={() => isAll.value = true}>
          Show all ({formatCount(text.value.length)} characters)
        </button>
      )}
    </div>
  );
}

const SHOWN_CHARACTERS = 100_000;
