/** A place in a recording whose bytes were skipped. */
export interface DamagedRange {
  /** Offset of its first byte, in the unpacked bytes. */
  readonly offset: number;
  readonly length: number;
  /** Why, in words. */
  readonly reason: string;
}

/** What reading a recording has shown so far; complete once all sections have been read. */
export interface RecordingReport {
  /** `recording` once a header or a checkpoint has been seen. */
  format: "recording" | "span-lines";
  /** Spans handed out. */
  spans: number;
  /** Sections that their checkpoint has proven. */
  sections: number;
  /** What was skipped, the first thousand places. */
  damaged: DamagedRange[];
  /** Lines that were skipped, in all places. */
  damagedLines: number;
  /** Bytes of a recording after its last checkpoint, whole lines of which were taken unproven. */
  tailBytes: number;
  /** Spans that the writer says it could not write. */
  lostByWriter: number;
  /** Whether all there is was read, nothing was damaged, and a recording ends with a checkpoint. */
  isComplete: boolean;
}

/** A report about nothing yet. */
export function createReport(): RecordingReport {
  return {
    format: "span-lines",
    spans: 0,
    sections: 0,
    damaged: [],
    damagedLines: 0,
    tailBytes: 0,
    lostByWriter: 0,
    isComplete: false,
  };
}

/** Adds a damaged place; one that follows another for the same reason makes that one longer. */
export function reportDamage(report: RecordingReport, place: DamagedRange, lines: number): void {
  report.damagedLines += lines;
  const last = report.damaged.at(-1);
  if (last?.reason === place.reason && last.offset + last.length === place.offset) {
    report.damaged[report.damaged.length - 1] = { ...last, length: last.length + place.length };
  } else if (report.damaged.length < MAX_PLACES) {
    report.damaged.push(place);
  }
}

const MAX_PLACES = 1000;
