/**
 * What became of the spans of one message. Those taken are in the sink by now; one bad span among
 * many is only counted.
 */
export interface TranscodeResult {
  /** How many spans were taken. */
  readonly accepted: number;
  /** How many of those have no end time. */
  readonly unfinished: number;
  /** How many spans were refused, by reason: `invalid_id`, `invalid_utf8`, `too_deep`, … */
  readonly rejected: Readonly<Record<string, number>>;
  /** What was wrong with the first span that was refused, for people; absent when none was. */
  readonly firstProblem?: string;
}
