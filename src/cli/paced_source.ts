import { wait } from "../runtime/wait.ts";
import { CpuPace } from "./cpu_pace.ts";
import type { SourceMessage, SpanSource } from "./span_source.ts";

/**
 * A session that is read at a measured pace, because its programs and their collector have other things to do
 * than being watched. Where it is faster than that, its collector skips what has waited for too long, and what is
 * told of it is a sample: then it is read in looks twice a second, for more of it would be no use to anybody.
 *
 * @param share How much of one processor this process may take, from 0 to 1.
 * @returns What is stored comes as it is.
 */
export function pacedSource(source: SpanSource, share: number): SpanSource {
  if (!source.isLive) return source;
  return { ...source, read: (signal) => readPaced(source, share, signal) };
}

async function* readPaced(
  source: SpanSource,
  share: number,
  signal: AbortSignal,
): AsyncGenerator<SourceMessage> {
  const pace = new CpuPace({ share });
  let measuredMs = -Infinity;
  for await (const message of source.read(signal)) {
    yield message;
    let restMs = 0;
    if (message.type === "skipped") {
      restMs = LOOK_MS;
    } else if (performance.now() >= measuredMs + MEASURE_MS) {
      restMs = pace.restMs();
      measuredMs = performance.now();
    }
    if (restMs > 0) await wait(restMs, signal);
  }
}

const LOOK_MS = 500;
/** Asking the system for the processor time takes as long as some spans do. */
const MEASURE_MS = 10;
