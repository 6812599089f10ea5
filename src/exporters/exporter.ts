import type { Span } from "../model/span.ts";

/** A piece of a file: text, or bytes of a format that is not text. It may be empty. */
export type ExportPiece = string | Uint8Array;

/**
 * Turns spans into one file format, a piece at a time, so that a file of any size passes through in
 * bounded memory. Call {@linkcode Exporter.begin} once, {@linkcode Exporter.span} for each span and
 * {@linkcode Exporter.end} once, and write what they return in that order.
 *
 * @typeParam Piece `string` for formats that are text.
 */
export interface Exporter<Piece extends ExportPiece = ExportPiece> {
  /** What stands in front of the first span. */
  begin(): Piece;
  /** Takes one span; returns what to write now, which is empty while a group of spans fills up. */
  span(span: Span): Piece;
  /** What is still held back and what closes the file. */
  end(): Piece;
  /** How many spans had something that the format has no place for, by what it was. */
  readonly dropped: Readonly<Record<string, number>>;
  /** How many spans had something that is written in another form, by what it was. */
  readonly changed: Readonly<Record<string, number>>;
}

/** A file format that spans can be exported to. */
export interface ExportFormat {
  readonly name: string;
  /** One line for a list of formats. */
  readonly description: string;
  /** How names of such files end, without a dot in front. */
  readonly extension: string;
  /** Whether it is bytes rather than text: nothing for a terminal. @default false */
  readonly isBinary?: boolean;
  /** Whether it is for people and holds so many spans at most; see {@linkcode ExportFormatOptions}. */
  readonly defaultMaxSpans?: number;
  /** Loads the code of the format and makes an exporter for one file. */
  create(options?: ExportFormatOptions): Promise<Exporter>;
}

/** What can be said of any format. */
export interface ExportFormatOptions {
  /** Most spans in a document for people; formats for programs hold all. */
  readonly maxSpans?: number;
  /** Which chart of a trace `svg` draws. @default both, one below the other */
  readonly svgChart?: SvgChart;
}

/** The charts that `svg` draws of a trace. */
export const SVG_CHARTS = ["waterfall", "flame"] as const;

/** See {@linkcode SVG_CHARTS}. */
export type SvgChart = typeof SVG_CHARTS[number];
