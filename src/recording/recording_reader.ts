import {
  type RecordedSection,
  SectionParser,
  type SectionParserOptions,
} from "./_section_parser.ts";
import type { RecordingReport } from "./recording_report.ts";

export type { RecordedSection };

/** The sections of a recording, to be read once, and the report about them. */
export interface Recording extends AsyncIterable<RecordedSection> {
  /** Grows while the sections are read. */
  readonly report: Readonly<RecordingReport>;
}

/** Options of {@linkcode readRecording}. */
export interface ReadRecordingOptions extends SectionParserOptions {
  /**
   * Asked at the end of the source for what went wrong with it: a compressed file that is damaged, say.
   */
  sourceDamage?: () => string | undefined;
}

/**
 * Reads the span lines of a recording, or of a file of bare span lines.
 *
 * Lines of a recording come once the checkpoint behind them has proven them; a section whose
 * checkpoint does not hold is skipped as a whole. Lines after the last checkpoint, and lines of a file without
 * a header, come if each on its own is a span. Lines without an `id` are none of the caller's business. What is skipped
 * is counted in the report, with its place. Nothing is repaired, and nothing is thrown but the
 * source's own errors.
 *
 * @param source The bytes, unpacked, in pieces of any size. A piece is done with when the next is asked for.
 * @returns Sections of whole lines, each valid until the next is asked for.
 * @example
 * ```ts
 * import { readRecording } from "./recording_reader.ts";
 *
 * const line = '{"id":"1","trace_id":"1","name":"a","kind":0,"start_time":"1970-01-01T00:00:00Z"}\n';
 * const recording = readRecording(new Blob([line, "what?\n"]).stream());
 * for await (const section of recording) {
 *   if (new TextDecoder().decode(section.lines) !== line) throw new Error("wrong");
 * }
 * if (recording.report.damagedLines !== 1) throw new Error("uncounted");
 * ```
 */
export function readRecording(
  source: AsyncIterable<Uint8Array>,
  options: ReadRecordingOptions = {},
): Recording {
  const parser = new SectionParser(options);
  async function* readSections(): AsyncGenerator<RecordedSection> {
    for await (const bytes of source) {
      // In pieces, so that one huge chunk does not make the buffer as large.
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        yield* parser.push(bytes.subarray(at, at + PIECE_BYTES));
      }
    }
    yield* parser.finish(options.sourceDamage?.());
  }
  return { report: parser.report, [Symbol.asyncIterator]: readSections };
}

const PIECE_BYTES = 1024 * 1024;
