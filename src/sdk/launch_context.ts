import { readEnvironment } from "../runtime/read_environment.ts";
import type { Carrier } from "./propagation/carrier.ts";
import type { TraceContext } from "./propagation/trace_context.ts";
import { w3c } from "./propagation/w3c.ts";

/**
 * The span within which this program was started, by the environment variables `TRACEPARENT`, `TRACESTATE`
 * and `BAGGAGE`: the command's under `trace run`, a job's in a pipeline. See
 * https://opentelemetry.io/docs/specs/otel/context/env-carriers/
 *
 * @returns `undefined` when they name none.
 */
export function readLaunchContext(): TraceContext | undefined {
  const carrier: Carrier = {};
  for (const name of w3c.fields) carrier[name] = readEnvironment(name.toUpperCase());
  const context = w3c.extract(carrier);
  // Baggage alone joins nothing.
  return context?.traceId ? context : undefined;
}
