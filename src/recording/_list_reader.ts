import { DecodeError } from "../wire/decode_error.ts";
import { closeCutJson } from "../wire/json/close_cut_json.ts";
import { JsonListScanner } from "../wire/json/json_list_scanner.ts";
import type { SpanLineSink } from "../wire/span_line/span_line_sink.ts";
import type { TranscodeResult } from "../wire/span_line/transcode_result.ts";
import type { ForeignReader, ForeignReport } from "./_foreign_reader.ts";

/** How the lists of a protocol's JSON are read. */
export interface ListFormat {
  /** The field that holds the list, where the text is no list itself. */
  readonly field: string;
  readonly transcode: (message: Uint8Array, sink: SpanLineSink) => TranscodeResult;
  /** What is put around items to make a message of them; without it they are put into a list. */
  readonly wrapper?: string;
  /** The field of an item whose entries are spans, so that an item that is cut still gives some. */
  readonly spansField?: string;
  /** Whether the texts may come one a line. */
  readonly isLineWise?: boolean;
  /** Whether a text that is an object is an item itself. */
  readonly areObjectsItems?: boolean;
}

/** Reads a list of spans, traces or groups of spans in JSON, some items at a time. */
export class ListReader implements ForeignReader {
  readonly #format: ListFormat;
  readonly #sink: SpanLineSink;
  readonly #report: ForeignReport;
  readonly #scanner: JsonListScanner;
  #items: Item[] = [];
  #itemBytes = 0;

  constructor(format: ListFormat, sink: SpanLineSink, report: ForeignReport) {
    this.#format = format;
    this.#sink = sink;
    this.#report = report;
    this.#scanner = new JsonListScanner({
      fields: [format.field],
      isLineWise: format.isLineWise,
      areObjectsItems: format.areObjectsItems,
      onItem: (item) => this.#take(item),
      onDamage: () => report.damaged("what stands there is no whole JSON", this.#scanner.offset),
    });
  }

  push(bytes: Uint8Array): void {
    this.#scanner.push(bytes);
  }

  finish(): void {
    const { incompleteItem, isComplete } = this.#scanner;
    const { spansField } = this.#format;
    if (incompleteItem !== undefined && spansField !== undefined) {
      const item = closeCutJson(incompleteItem, spansField);
      if (item !== undefined) this.#take(item);
    }
    this.#flush();
    if (!isComplete) this.#report.damaged("the end is missing", this.#scanner.offset);
  }

  #take(json: Uint8Array): void {
    this.#items.push({ json: json.slice(), offset: this.#scanner.itemOffset });
    this.#itemBytes += json.length;
    if (this.#itemBytes >= MESSAGE_BYTES) this.#flush();
  }

  /** Makes one message of many items, which is faster; item by item if one of them is no JSON. */
  #flush(): void {
    const items = this.#items;
    this.#items = [];
    this.#itemBytes = 0;
    if (items.length === 0 || this.#transcode(items) === undefined) return;
    for (const item of items) {
      const error = this.#transcode([item]);
      if (error !== undefined) this.#report.damaged(error.message, item.offset);
    }
  }

  #transcode(items: readonly Item[]): DecodeError | undefined {
    try {
      this.#report.add(this.#format.transcode(this.#message(items), this.#sink));
      return undefined;
    } catch (error) {
      if (error instanceof DecodeError) return error;
      throw error;
    }
  }

  #message(items: readonly Item[]): Uint8Array {
    const { wrapper } = this.#format;
    const begin = UTF8.encode(wrapper === undefined ? "[" : `{"${wrapper}":[`);
    const end = UTF8.encode(wrapper === undefined ? "]" : "]}");
    const length = items.reduce(
      (sum, { json }) => sum + json.length + 1,
      begin.length + end.length,
    );
    const message = new Uint8Array(length - 1);
    message.set(begin);
    let at = begin.length;
    for (const [index, { json }] of items.entries()) {
      if (index > 0) message[at++] = COMMA;
      message.set(json, at);
      at += json.length;
    }
    message.set(end, at);
    return message;
  }
}

interface Item {
  readonly json: Uint8Array;
  /** Where in the file it begins. */
  readonly offset: number;
}

const UTF8 = new TextEncoder();
const COMMA = 0x2c;
const MESSAGE_BYTES = 256 * 1024;
