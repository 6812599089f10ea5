import { EventAssembler } from "../assemble/event_assembler.ts";
import type { Counters } from "../model/counters.ts";
import { GoTraceReceiver } from "../receivers/gotrace_receiver.ts";
import { RecordingWriter } from "../recording/recording_writer.ts";

/** Options of {@linkcode record}. */
export interface RecordOptions {
  /** Path of the Unix socket on which events of go-trace are received. */
  readonly socket: string;
  /** Told once when writing begins to fail; it is tried again. */
  readonly onError?: (message: string) => void;
}

/** What became of everything that arrived: `received` = `accepted` + the sums of `rejected` and `dropped`. */
export interface RecordSummary extends Readonly<Counters> {
  /** Spans in the file, those among them that never ended. */
  readonly recorded: number;
  /** Spans that could not be written, by reason. */
  readonly notRecorded: Readonly<Record<string, number>>;
}

/** A recording in progress. */
export interface Recorder extends AsyncDisposable {
  /** The path of the file, which is another one than asked for if that could not be appended to. */
  readonly path: string;
  /** Takes what has arrived, removes the socket and completes the file. */
  close(): Promise<RecordSummary>;
}

/**
 * Records what programs send to a socket: those of the SDK, and go-trace's. For tests and scripts; for
 * everything else there is `trace collect`, which receives other protocols, too.
 *
 * @param path The file, packed if its name ends with `.gz` or `.zst`. An existing recording is appended to.
 * @throws {Error} When the file cannot be written, or the socket cannot be bound.
 */
export async function record(path: string, options: RecordOptions): Promise<Recorder> {
  const writer = await RecordingWriter.open(path, { onError: options.onError });
  const assembler = new EventAssembler({ onSpans: (batch) => writer.write(batch) });
  let receiver: GoTraceReceiver;
  try {
    receiver = await GoTraceReceiver.listen(options.socket, {
      assembler,
      backPressure: () => writer.ready,
    });
  } catch (error) {
    await writer.close();
    throw error;
  }
  const serving = receiver.serve();
  let closing: Promise<RecordSummary> | undefined;
  async function closeNow(): Promise<RecordSummary> {
    await receiver.close();
    await serving;
    assembler.abandon();
    await writer.close();
    return { ...assembler.counters, recorded: writer.recordedCount, notRecorded: writer.lost };
  }
  const close = (): Promise<RecordSummary> => closing ??= closeNow();
  return {
    get path(): string {
      return writer.path;
    },
    close,
    async [Symbol.asyncDispose](): Promise<void> {
      await close();
    },
  };
}
