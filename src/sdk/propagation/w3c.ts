import { composite } from "./composite.ts";
import type { Propagator } from "./propagator.ts";
import { w3cBaggage } from "./w3c_baggage.ts";
import { w3cTraceContext } from "./w3c_trace_context.ts";

/** W3C Trace Context and Baggage: what the wrappers for HTTP use unless told otherwise. */
export const w3c: Propagator = composite([w3cTraceContext, w3cBaggage]);
