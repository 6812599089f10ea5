import {
  describeSource,
  type Operation,
  operationName,
  type OperationSource,
} from "../analysis/operation.ts";
import { StatementShape } from "../analysis/statement_shape.ts";
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
  #last: KnownTexts | undefined;

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
    let texts = this.#last;
    if (!texts?.isFor(source, service)) {
      const base = `${form}\0${category}\0${dialect}\0${service}\0${prefix}`;
      texts = this.#bases.get(base);
      if (texts === undefined) this.#bases.set(base, texts = new KnownTexts(source, service));
      this.#last = texts;
    }
    const known = texts.find(text);
    const id = known ?? this.#name(source, service);
    if (known === undefined) texts.add(text, id);
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

/**
 * Texts whose operation is known, of one category, service and so on: naming it again costs more than all
 * else.
 */
class KnownTexts {
  readonly #source: OperationSource;
  readonly #service: string;
  readonly #ids = new Map<string, number>();
  #shapeCount = 0;
  #hitCount = 0;
  /** Of statements, those seen last first. */
  readonly #shapes: { readonly shape: StatementShape; readonly id: number }[] = [];

  constructor(source: OperationSource, service: string) {
    this.#source = source;
    this.#service = service;
  }

  isFor({ form, category, dialect, prefix }: OperationSource, service: string): boolean {
    const own = this.#source;
    return service === this.#service && form === own.form && category === own.category &&
      dialect === own.dialect && prefix === own.prefix;
  }

  find(text: string): number | undefined {
    if (this.#source.form !== "sql") return this.#ids.get(text);
    for (const { shape, id } of this.#shapes) {
      if (!shape.matches(text)) continue;
      this.#hitCount++;
      return id;
    }
    return this.#ids.get(text);
  }

  add(text: string, id: number): void {
    // Where hardly any statement has the shape of another one, making shapes costs more than it saves.
    const isWorthwhile = this.#source.form === "sql" &&
      (this.#shapeCount < MAX_SHAPES || this.#hitCount > this.#shapeCount * 16);
    const shape = isWorthwhile ? StatementShape.of(text) : undefined;
    if (shape === undefined) {
      this.#ids.set(text, id);
      return;
    }
    this.#shapeCount++;
    if (this.#shapes.unshift({ shape, id }) > MAX_SHAPES) this.#shapes.pop();
  }
}

/** Asking more of them would take as long as naming the operation. */
const MAX_SHAPES = 24;
