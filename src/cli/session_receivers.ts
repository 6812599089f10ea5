import type { EventAssembler } from "../assemble/event_assembler.ts";
import { addCounters, type Counters } from "../model/counters.ts";
import type { SpanConsumer } from "../model/span_batch.ts";
import { GoTraceReceiver } from "../receivers/gotrace_receiver.ts";
import { listenSsf } from "../receivers/listen_ssf.ts";
import { formatSsfAddress, type SsfAddress } from "../receivers/ssf_address.ts";
import { SsfIntake } from "../receivers/ssf_intake.ts";
import type { SsfReceiver } from "../receivers/ssf_receiver.ts";

/** Options of {@linkcode listenForPrograms}: which receivers there are, and their bounds. */
export interface SessionReceiverOptions {
  /** Where SSF is received. */
  ssf?: readonly SsfAddress[];
  /** See {@linkcode GoTraceReceiver}. @default 1 MiB */
  maxLineBytes?: number;
  /** Connections at once, to each socket. @default 1,000 */
  maxConnections?: number;
}

/** What the receivers of a session feed. */
export interface ReceiverOutput {
  /** Gets events that start and end spans. */
  readonly assembler: EventAssembler;
  /** Gets spans that are complete when they arrive. */
  readonly onSpans: SpanConsumer;
  /** Asked after each read: a promise holds the reading back until it resolves. */
  readonly backPressure: () => Promise<void> | undefined;
}

/** All that programs send to in one session. */
export interface SessionReceivers extends AsyncDisposable {
  /** Where go-trace events are received. */
  readonly socket: string;
  /** Where SSF is received, as URLs, with the ports that were found free. */
  readonly ssf: readonly string[];
  /** Programs that were turned away because too many were connected. */
  readonly refusedConnectionCount: number;
  /** What became of everything that arrived, whichever way. */
  counters(): Counters;
  /** Begins to take what is sent. */
  serve(): void;
}

/**
 * Binds the sockets of a session. Programs can send from now on; `serve` starts to take what they
 * send. Disposing takes what has arrived.
 *
 * @param socket Path of the Unix socket for go-trace events.
 * @throws {Error} When a socket cannot be bound; then none is.
 */
export async function listenForPrograms(
  socket: string,
  output: ReceiverOutput,
  options: SessionReceiverOptions,
): Promise<SessionReceivers> {
  const { maxLineBytes, maxConnections } = options;
  const { assembler, onSpans, backPressure } = output;
  await using cleanup = new AsyncDisposableStack();
  const receivers: (GoTraceReceiver | SsfReceiver)[] = [];
  // All at once: each waits a while for programs that keep sending.
  cleanup.defer(async () => void await Promise.all(receivers.map((each) => each.close())));
  const gotrace = await GoTraceReceiver.listen(socket, {
    assembler,
    backPressure,
    maxLineBytes,
    maxConnections,
  });
  receivers.push(gotrace);
  const intake = new SsfIntake({ onSpans });
  const ssf: string[] = [];
  for (const address of options.ssf ?? []) {
    const receiver = await listenSsf(address, { intake, backPressure, maxConnections });
    receivers.push(receiver);
    ssf.push(formatSsfAddress(receiver.address));
  }
  const bound = cleanup.move();
  return {
    socket: gotrace.path,
    ssf,
    get refusedConnectionCount() {
      return receivers.reduce((sum, receiver) => sum + receiver.refusedConnectionCount, 0);
    },
    counters: () => addCounters([assembler.counters, intake.counters]),
    serve(): void {
      for (const receiver of receivers) receiver.serve();
    },
    [Symbol.asyncDispose]: () => bound.disposeAsync(),
  };
}
