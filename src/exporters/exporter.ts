import type { Span } from "../model/span.ts";

/**
 * Turns spans into the text of one file format, a piece at a time, so that a file of any size passes
 * through in bounded memory. Call {@linkcode Exporter.begin} once, {@linkcode Exporter.span} for each
 * span and {@linkcode Exporter.end} once, and write what they return in that order.
 */
export interface Exporter {
  /** The text in front of the first span. */
  begin(): string;
  /** Takes one span; returns text to write now, which is empty while a group of spans fills up. */
  span(span: Span): string;
  /** The text that is still held back and what closes the file. */
  end(): string;
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
  /** Loads the code of the format and makes an exporter for one file. */
  create(): Promise<Exporter>;
}
