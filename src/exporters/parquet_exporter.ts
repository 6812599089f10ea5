import { countReason } from "../model/counters.ts";
import type { Span } from "../model/span.ts";
import type { Exporter } from "./exporter.ts";
import { joinBytes, NO_BYTES } from "./_join_bytes.ts";
import { countRowLosses, SPAN_COLUMNS, type SpanColumn } from "./_span_row.ts";

/** What a {@linkcode ParquetExporter} needs of the npm package `hyparquet-writer`: pass the module itself. */
export interface ParquetModule {
  readonly ByteWriter: new () => ParquetBytes;
  readonly ParquetWriter: new (
    options: {
      writer: ParquetBytes;
      schema: ParquetField[];
      kvMetadata?: { key: string; value: string }[];
      createdBy?: string;
    },
  ) => ParquetFile;
}

/** Where the package writes to. */
export interface ParquetBytes {
  /** How many bytes there are to be taken. */
  index: number;
  getBytes(): Uint8Array;
}

/** A file that is being written. */
export interface ParquetFile {
  write(
    options: { columnData: { name: string; data: unknown[] }[]; rowGroupSize: number },
  ): unknown;
  finish(): unknown;
}

/** A field of the schema of a file. */
export type ParquetField = Record<string, unknown>;

/** How a {@linkcode ParquetExporter} groups rows. */
export interface ParquetExporterOptions {
  /** Rows that are held back and written together. @default 20_000 */
  readonly rowsPerGroup?: number;
}

/**
 * Writes Apache Parquet: the columns of the format `csv`, with types. Rows are written in groups of 20,000.
 *
 * @example
 * ```ts ignore
 * import * as hyparquet from "hyparquet-writer";
 *
 * const exporter = new ParquetExporter(hyparquet);
 * ```
 */
export class ParquetExporter implements Exporter<Uint8Array> {
  readonly dropped: Record<string, number> = {};
  readonly changed: Record<string, number> = {};
  readonly #rowsPerGroup: number;
  readonly #bytes: ParquetBytes;
  readonly #file: ParquetFile;
  /** A list of values for each column. */
  #columns: unknown[][] = createColumns();
  #characterCount = 0;

  constructor(parquet: ParquetModule, options: ParquetExporterOptions = {}) {
    this.#rowsPerGroup = options.rowsPerGroup ?? 20_000;
    this.#bytes = new parquet.ByteWriter();
    this.#file = new parquet.ParquetWriter({
      writer: this.#bytes,
      schema: [{ name: "root", num_children: SPAN_COLUMNS.length }, ...SPAN_COLUMNS.map(fieldOf)],
      createdBy: "trace",
    });
  }

  begin(): Uint8Array {
    return this.#take();
  }

  span(span: Span): Uint8Array {
    countRowLosses(span, this);
    let isOutOfRange = false;
    for (let index = 0; index < SPAN_COLUMNS.length; index++) {
      let value = SPAN_COLUMNS[index].value(span);
      if (typeof value === "string") this.#characterCount += value.length;
      if (typeof value === "bigint" && BigInt.asIntN(64, value) !== value) {
        isOutOfRange = true;
        value = undefined;
      }
      this.#columns[index].push(value);
    }
    if (isOutOfRange) countReason(this.dropped, "time_out_of_range");
    const isFull = this.#columns[0].length >= this.#rowsPerGroup ||
      this.#characterCount >= MAX_CHARACTERS;
    return isFull ? this.#writeGroup() : NO_BYTES;
  }

  end(): Uint8Array {
    const rows = this.#columns[0].length > 0 ? this.#writeGroup() : NO_BYTES;
    this.#file.finish();
    return joinBytes([rows, this.#take()]);
  }

  #writeGroup(): Uint8Array {
    const columnData = SPAN_COLUMNS.map(({ name }, index) => ({
      name,
      data: this.#columns[index],
    }));
    this.#file.write({ columnData, rowGroupSize: this.#columns[0].length });
    this.#columns = createColumns();
    this.#characterCount = 0;
    return this.#take();
  }

  #take(): Uint8Array {
    const bytes = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return bytes;
  }
}

/** Rows with long texts are written in smaller groups. */
const MAX_CHARACTERS = 32 * 2 ** 20;
const REQUIRED: ReadonlySet<string> = new Set(["trace_id", "span_id", "name", "kind", "state"]);

function createColumns(): unknown[][] {
  return SPAN_COLUMNS.map(() => []);
}

function fieldOf({ name, type }: SpanColumn): ParquetField {
  const field = { name, repetition_type: REQUIRED.has(name) ? "REQUIRED" : "OPTIONAL" };
  switch (type) {
    case "integer":
      return { ...field, type: "INT64" };
    case "flag":
      return { ...field, type: "BOOLEAN" };
    case "time": {
      const logical_type = { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "NANOS" };
      return { ...field, type: "INT64", logical_type };
    }
    default:
      return { ...field, type: "BYTE_ARRAY", converted_type: "UTF8" };
  }
}
