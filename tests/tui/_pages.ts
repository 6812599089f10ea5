import { lineText, type Size } from "../../src/terminal/frame.ts";
import type { TraceList } from "../../src/assemble/trace_list.ts";
import type { Page, PageCommand, PageContext } from "../../src/tui/page.ts";
import { EPOCH } from "../assemble/_make_span.ts";
import { frameText } from "./_golden.ts";

/** The sizes that golden frames are kept of. */
export const SIZES: readonly Size[] = [
  { columns: 80, rows: 24 },
  { columns: 120, rows: 40 },
  { columns: 220, rows: 50 },
];

/** A context at a fixed clock, seven seconds after `EPOCH`. */
export function pageContext(traces: TraceList, options: Partial<PageContext> = {}): PageContext {
  return {
    traces,
    size: SIZES[0],
    nowUnixNano: EPOCH + 7_000_000_000n,
    offsetMinutes: 0,
    query: undefined,
    emptyHint: [],
    ...options,
  };
}

/** A page after some keys, and the last thing that it asked for. */
export class PageDriver {
  page: Page;
  context: PageContext;
  command: PageCommand | undefined;
  /** Keys that the page had no use for. */
  readonly unused: string[] = [];

  constructor(page: Page, context: PageContext) {
    this.page = page;
    this.context = context;
  }

  press(...keys: string[]): this {
    for (const key of keys) this.send({ type: "key", key });
    return this;
  }

  /** Types a text, a key a character. */
  type(text: string): this {
    return this.press(...Array.from(text, (each) => each === " " ? "space" : each));
  }

  send(input: Parameters<Page["update"]>[0]): this {
    const update = this.page.update(input, this.context);
    if (update === undefined) this.unused.push(input.type === "key" ? input.key : input.type);
    else this.page = update.page;
    this.command = update?.command;
    return this;
  }

  /** Lets the page finish its long work. */
  work(): this {
    for (let turn = 0; turn < 1_000; turn++) {
      const page = this.page.work?.(this.context, 1_000);
      if (page === undefined || page === this.page) break;
      this.page = page;
    }
    return this;
  }

  get lines(): string[] {
    return this.page.frame(this.context).map((line) => lineText(line).trimEnd());
  }

  /** The line that keys act on. */
  get selectedLine(): string {
    return this.lines.find((line) => line.includes("▌")) ?? "";
  }

  get text(): string {
    const { size } = this.context;
    const frame = [...this.page.frame(this.context)];
    while (frame.length < size.rows) frame.push([]);
    return frameText(frame, size);
  }
}
