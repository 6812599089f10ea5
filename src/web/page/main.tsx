import { render } from "preact";
import { signal } from "@preact/signals";
import { buildTrace } from "../../assemble/build_trace.ts";
import { decodeSpanLine } from "../../wire/span_line/decode_span_line.ts";
import { compileQuery } from "../../query/compile_query.ts";
import { completeQuery } from "../../query/complete_query.ts";
import { ServiceGraph } from "../../analysis/service_graph.ts";
const n = signal(0);
function App() {
  return (
    <button type="button" onClick={() => n.value++}>
      {n} {String([buildTrace, decodeSpanLine, compileQuery, completeQuery, ServiceGraph].length)}
    </button>
  );
}
render(<App />, document.getElementById("app")!);
