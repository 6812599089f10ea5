import { ChromeTraceReader } from "../wire/chrome/chrome_trace_reader.ts";
import { DecodeError } from "../wire/decode_error.ts";
import { JsonListScanner, type JsonListScannerOptions } from "../wire/json/json_list_scanner.ts";
import type { SpanLineSink } from "../wire/span_line/span_line_sink.ts";
import type { ForeignReader, ForeignReport } from "./_foreign_reader.ts";

/** Reads Chrome's trace events: in a list, in the field `traceEvents` of an object, or one a line. */
export class ChromeReader implements ForeignReader {
  readonly #events: ChromeTraceReader;
  readonly #report: ForeignReport;
  readonly #scanner: JsonListScanner;
  #isList = false;

  /** @param lines How to read events that come one a line. @default they do not */
  constructor(
    sink: SpanLineSink,
    report: ForeignReport,
    lines: Pick<JsonListScannerOptions, "isLineWise" | "areObjectsItems"> = {},
  ) {
    this.#events = new ChromeTraceReader(sink);
    this.#report = report;
    this.#scanner = new JsonListScanner({
      ...lines,
      fields: ["traceEvents", "otherData"],
      onItem: (item, field) => this.#read(item, field),
      onDamage: () => report.damaged("what stands there is no JSON", this.#scanner.offset),
    });
  }

  push(bytes: Uint8Array): void {
    this.#scanner.push(bytes);
  }

  finish(): void {
    this.#events.finish();
    this.#report.add(this.#events.result);
    const { incompleteItem, isComplete } = this.#scanner;
    // A list may lack its bracket: programs that crash never write it, and the format allows that.
    const isWhole = isComplete || this.#isList && incompleteItem === undefined;
    if (!isWhole) this.#report.damaged("the end is missing", this.#scanner.offset);
  }

  #read(item: Uint8Array, field: string | undefined): void {
    this.#isList = field === undefined;
    try {
      if (field === "otherData") this.#events.pushOtherData(item);
      else this.#events.push(item);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#report.damaged(error.message, this.#scanner.itemOffset);
    }
  }
}
