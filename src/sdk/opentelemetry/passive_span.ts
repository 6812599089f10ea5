import type { OpenTelemetrySpan, OpenTelemetrySpanContext } from "./api.ts";

/** A span that is not recorded here: another program's, or none. */
export class PassiveSpan implements OpenTelemetrySpan {
  readonly #context: OpenTelemetrySpanContext;

  constructor(context: OpenTelemetrySpanContext) {
    this.#context = context;
  }

  spanContext(): OpenTelemetrySpanContext {
    return this.#context;
  }

  setAttribute(): this {
    return this;
  }

  setAttributes(): this {
    return this;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  setStatus(): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  end(): void {}

  isRecording(): boolean {
    return false;
  }

  recordException(): void {}
}
