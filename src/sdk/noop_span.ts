import type { TracerSpan } from "./tracer_span.ts";

/** The span of a tracer that records nothing: one for all, its methods do nothing. */
export const NOOP_SPAN: TracerSpan = Object.freeze({
  traceId: "",
  spanId: "",
  parentId: undefined,
  name: "",
  kind: "function",
  isRecording: false,
  setAttribute: returnThis,
  setAttributes: returnThis,
  setBaggage: returnThis,
  recordError: returnThis,
  end: doNothing,
  [Symbol.dispose]: doNothing,
});

function returnThis(): TracerSpan {
  return NOOP_SPAN;
}

function doNothing(): void {}
