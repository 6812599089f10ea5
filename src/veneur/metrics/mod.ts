/**
 * Reports metrics through a veneur client, without a span around them.
 *
 * @module
 */
export {
  ErrNoMetrics,
  report,
  reportAsync,
  reportBatch,
  reportOne,
  type ReportResult,
} from "./report.ts";
