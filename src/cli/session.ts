import { rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { EventAssembler } from "../assemble/event_assembler.ts";
import { TraceCounter } from "../assemble/trace_counter.ts";
import { joinOpenSpans } from "../broadcast/join_open_spans.ts";
import { LiveServer } from "../broadcast/live_server.ts";
import type { Counters } from "../model/counters.ts";
import type { Span } from "../model/span.ts";
import type { SpanBatch, SpanConsumer } from "../model/span_batch.ts";
import { SpanIntake } from "../receivers/span_intake.ts";
import { listenUnix } from "../receivers/unix_listener.ts";
import { RecordingWriter } from "../recording/recording_writer.ts";
import { type ForwardSummary, type ForwardTarget, openForwards } from "./forward_targets.ts";
import { encodeSpanLine } from "../wire/span_line/encode_span_line.ts";
import type { CliIo } from "./io.ts";
import type { BatchRedactor } from "./redact_batches.ts";
import {
  goTraceLink,
  openSessionFolder,
  removeDeadSessions,
  type SessionInfo,
} from "./session_folder.ts";
import {
  listenForPrograms,
  type OtherSignals,
  type SessionReceiverOptions,
  type SessionReceivers,
} from "./session_receivers.ts";

/** Options of {@linkcode startSession}. */
export interface SessionOptions extends SessionReceiverOptions {
  /** Where programs send events. @default `<session folder>/<pid>.sock` */
  socket?: string;
  /** File to record to; nothing is recorded without one. */
  out?: string;
  /** Size after which the recording goes on in a new file, in bytes. */
  rotateBytes?: number;
  /** Where spans are handed on to. */
  forward?: readonly ForwardTarget[];
  /** Bytes of span lines that may wait for each of these. @default 64 MiB */
  maxForwardBytes?: number;
  /** See {@linkcode EventAssembler}. @default 250,000 */
  maxOpenSpans?: number;
  /** See {@linkcode EventAssembler}. @default 64 MiB */
  maxOpenBytes?: number;
  /** See {@linkcode LiveServer}. @default 100 */
  maxViewers?: number;
  /** See {@linkcode LiveServer}. @default 32 MiB */
  maxBacklogBytes?: number;
  /** Looks at all spans, too, as they are recorded. */
  onSpans?: SpanConsumer;
  /** Called once all that programs sent has been handed on, before the session ends: for its own last spans. */
  onDrained?: () => void;
  /** What is removed from spans, or hashed, before anybody gets them. */
  redactor?: BatchRedactor;
  /** What runs, for the list of sessions. */
  title: string;
  /** Told what the user should know: the recording went elsewhere, the disk is full. */
  onNotice: (message: string) => void;
}

/** What `--json` prints at exit, and what the counters on the screen are made of. */
export interface Summary extends Readonly<Counters>, OtherSignals {
  /** Span lines in the recording, unfinished ones included. */
  readonly recorded: number;
  /** Span lines that could not be written to the recording, by reason. */
  readonly not_recorded: Readonly<Record<string, number>>;
  /** What became of the spans on their way to other receivers; absent when there are none. */
  readonly forward?: readonly ForwardSummary[];
  /** Values that each rule of `--redact` was applied to; absent without any. */
  readonly redacted?: Readonly<Record<string, number>>;
  /** Programs that were turned away because too many were connected. */
  readonly refused_connections: number;
  /** Viewers that were turned away because too many were connected. */
  readonly refused_viewers: number;
  /** Spans that slow viewers missed, summed over all of them. */
  readonly viewers_missed: number;
}

/** A running collector: everything between the sockets and the file. */
export interface Session extends AsyncDisposable {
  readonly info: SessionInfo & { readonly socket: string };
  /** Where programs can send by other protocols than go-trace's; `undefined` where they cannot. */
  readonly endpoints: Pick<SessionReceivers, "ssf" | "otlpHttp" | "otlpGrpc" | "zipkin" | "token">;
  /** The file that is recorded to. */
  readonly out: string | undefined;
  readonly live: LiveServer;
  /** Takes a span of this process itself, as if a program had sent it. */
  record(span: Span): void;
  /** The counts so far; final after `close`. */
  summary(): Summary;
  /** Whether something was lost that should have been recorded. */
  readonly hasFailed: boolean;
  /** Stops accepting, takes what has arrived, ends the recording, and removes the sockets. */
  close(): Promise<void>;
}

/**
 * Starts a collector: binds the sockets, opens the recording, and joins the stages.
 *
 * @throws {Error} When a socket cannot be bound or the recording cannot be opened. Nothing is left
 * behind then.
 */
export async function startSession(io: CliIo, options: SessionOptions): Promise<Session> {
  const { pid } = process;
  const folder = await openSessionFolder(io);
  await removeDeadSessions(folder);
  await using cleanup = new AsyncDisposableStack();

  const recording = options.out === undefined
    ? undefined
    : await RecordingWriter.open(options.out, {
      rotateBytes: options.rotateBytes,
      onNotice: options.onNotice,
      onError: options.onNotice,
    });
  cleanup.defer(() => recording?.close());

  const forwards = await openForwards(io, options.forward ?? [], {
    maxQueuedBytes: options.maxForwardBytes,
    onNotice: options.onNotice,
  });
  cleanup.defer(() => forwards.close());

  const { redactor } = options;
  function onSpans(received: SpanBatch): void {
    const batch = redactor === undefined ? received : redactor.redact(received);
    recording?.write(batch);
    live.broadcast(batch);
    forwards.write(batch);
    options.onSpans?.(batch);
  }
  const { maxOpenSpans, maxOpenBytes, maxViewers, maxBacklogBytes } = options;
  // A program may send spans of one trace in both ways.
  const traces = new TraceCounter();
  const assembler = new EventAssembler({ maxOpenSpans, maxOpenBytes, onSpans, traces });
  const spans = new SpanIntake({ onSpans, traces });
  const viewListener = await listenUnix(join(folder, `${pid}.view.sock`));
  const openSpans = joinOpenSpans([assembler, spans.running]);
  const live = new LiveServer(viewListener, {
    openSpans: redactor === undefined ? openSpans : redactor.redactOpen(openSpans),
    maxViewers,
    maxBacklogBytes,
  });
  cleanup.defer(() => live.close());
  cleanup.defer(() => spans.close());
  cleanup.defer(() => {
    assembler.abandon();
    spans.flush();
    options.onDrained?.();
  });
  const receivers = await listenForPrograms(
    options.socket ?? join(folder, `${pid}.sock`),
    { assembler, spans, onSpans, backPressure: () => recording?.ready },
    options,
  );
  cleanup.use(receivers);
  const info = {
    pid,
    socket: receivers.socket,
    view: viewListener.path,
    title: options.title,
    startedAt: new Date().toISOString(),
  };
  const infoPath = join(folder, `${pid}.json`);
  await writeFile(infoPath, JSON.stringify(info) + "\n", { mode: 0o600 });
  cleanup.defer(() => rm(infoPath, { force: true }));
  const link = goTraceLink(pid);
  // Only a convenience for go-trace's viewer: something else may be there.
  const isLinked = await symlink(info.view, link).then(() => true, () => false);
  if (isLinked) cleanup.defer(() => rm(link, { force: true }));

  live.serve();
  receivers.serve();
  const stages = cleanup.move();
  return {
    info,
    endpoints: receivers,
    out: recording?.path,
    live,
    record(span): void {
      const line = new TextEncoder().encode(encodeSpanLine(span));
      const isUnfinished = span.state !== "ended";
      spans.take((sink) => {
        const from = sink.reserve(line.length);
        sink.bytes.set(line, from);
        sink.commit(from + line.length, isUnfinished);
        return { accepted: 1, unfinished: isUnfinished ? 1 : 0, rejected: {} };
      });
    },
    summary: () => ({
      ...receivers.counters(),
      ...receivers.otherSignals(),
      recorded: recording?.recordedCount ?? 0,
      not_recorded: recording?.lost ?? {},
      forward: options.forward?.length ? forwards.summary() : undefined,
      redacted: redactor?.counts,
      refused_connections: receivers.refusedConnectionCount,
      refused_viewers: live.refusedViewerCount,
      viewers_missed: live.skippedSpanCount,
    }),
    get hasFailed() {
      return (recording?.lostCount ?? 0) > 0;
    },
    close: () => stages.disposeAsync(),
    [Symbol.asyncDispose]: () => stages.disposeAsync(),
  };
}
