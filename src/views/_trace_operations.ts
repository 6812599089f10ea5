import { isSameStatement } from "../analysis/is_same_statement.ts";
import {
  describeSource,
  type Operation,
  operationName,
  type OperationSource,
} from "../analysis/operation.ts";
import { spanService } from "../model/span_service.ts";
import type { Trace } from "../model/trace.ts";

/** What the spans of a trace do: a number for each operation, the same for all spans that do the same. */
export class TraceOperations {
  readonly #trace: Trace;
  /** By span: the number of its operation, plus one; 0 while it is not known. */
  readonly #idOf: Int32Array;
  readonly #operations: Operation[] = [];
  readonly #byName = new Map<string, number>();
  readonly #bases = new Map<string, KnownTexts>();

  constructor(trace: Trace) {
    this.#trace = trace;
    this.#idOf = new Int32Array(trace.nodes.length);
  }

  /** The operations of a trace; the same ones as long as the trace is the same. */
  static of(trace: Trace): TraceOperations {
    let operations = known.get(trace);
    if (operations === undefined) known.set(trace, operations = new TraceOperations(trace));
    return operations;
  }

  /** What a number stands for. */
  operation(id: number): Operation {
    return this.#operations[id];
  }

  /** The number of what a span does. */
  idOf(index: number): number {
    const id = this.#idOf[index];
    return id > 0 ? id - 1 : this.#find(index);
  }

  #find(index: number): number {
    const { span } = this.#trace.nodes[index];
    const source = describeSource(span);
    const service = spanService(span) ?? "";
    const { form, category, dialect, prefix, text } = source;
    const base = `${form}\0${category}\0${dialect}\0${service}\0${prefix}`;
    let texts = this.#bases.get(base);
    if (texts === undefined) this.#bases.set(base, texts = new KnownTexts());
    const known = texts.find(text, form);
    const id = known ?? this.#name(source, service);
    if (known === undefined) texts.add(text, form, id);
    this.#idOf[index] = id + 1;
    return id;
  }

  #name(source: OperationSource, service: string): number {
    const { category } = source;
    const name = operationName(source);
    const key = `${category}\0${service}\0${name}`;
    let id = this.#byName.get(key);
    if (id === undefined) {
      id = this.#operations.length;
      this.#operations.push({ category, service, name });
      this.#byName.set(key, id);
    }
    return id;
  }
}

const known = new WeakMap<Trace, TraceOperations>();

/** Texts whose operation is known, so that it need not be named again: that costs more than all else. */
class KnownTexts {
  readonly #ids = new Map<string, number>();
  /** Of statements: the last ones, by how they begin. */
  readonly #statements = new Map<string, { readonly text: string; readonly id: number }[]>();

  find(text: string, form: OperationSource["form"]): number | undefined {
    if (form !== "sql") return this.#ids.get(text);
    const alike = this.#statements.get(text.slice(0, BEGINNING));
    if (alike !== undefined) {
      for (const known of alike) if (isSameStatement(known.text, text)) return known.id;
    }
    return undefined;
  }

  add(text: string, form: OperationSource["form"], id: number): void {
    if (form !== "sql") {
      this.#ids.set(text, id);
      return;
    }
    const beginning = text.slice(0, BEGINNING);
    const alike = this.#statements.get(beginning);
    if (alike === undefined) this.#statements.set(beginning, [{ text, id }]);
    else if (alike.unshift({ text, id }) > MAX_ALIKE) alike.pop();
  }
}

/** So many characters of a statement tell which ones to compare it with. */
const BEGINNING = 24;
const MAX_ALIKE = 4;
