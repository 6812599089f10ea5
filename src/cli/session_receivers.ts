import type { EventAssembler } from "../assemble/event_assembler.ts";
import { addCounters, type Counters } from "../model/counters.ts";
import type { SpanConsumer } from "../model/span_batch.ts";
import { AccessToken } from "../receivers/access_token.ts";
import { describeBindError } from "../receivers/describe_bind_error.ts";
import { BodyMemory } from "../receivers/body_memory.ts";
import { GoTraceReceiver } from "../receivers/gotrace_receiver.ts";
import { GrpcReceiver } from "../receivers/grpc_receiver.ts";
import { isLoopback } from "../receivers/is_loopback.ts";
import { HttpReceiver, type HttpRoute } from "../receivers/http_receiver.ts";
import { listenSsf } from "../receivers/listen_ssf.ts";
import { otlpGrpcMethods } from "../receivers/otlp_grpc_methods.ts";
import { otlpHttpRoutes } from "../receivers/otlp_http_routes.ts";
import { OtlpIntake } from "../receivers/otlp_intake.ts";
import { SpanIntake } from "../receivers/span_intake.ts";
import { formatSocketAddress, type SocketAddress } from "../model/socket_address.ts";
import { SsfIntake } from "../receivers/ssf_intake.ts";
import type { SsfReceiver } from "../receivers/ssf_receiver.ts";
import { zipkinHttpRoutes } from "../receivers/zipkin_http_routes.ts";
import { describePortHolder } from "../runtime/describe_port_holder.ts";
import { transcodeOtlpJson } from "../wire/otlp/transcode_otlp_json.ts";
import { transcodeOtlpProtobuf } from "../wire/otlp/transcode_otlp_protobuf.ts";
import { formatHostPort, type HostPort } from "./host_port.ts";

/** Options of {@linkcode listenForPrograms}: which receivers there are, and their bounds. */
export interface SessionReceiverOptions {
  /** Where SSF is received. */
  ssf?: readonly SocketAddress[];
  /** Where OTLP over HTTP is received. @default nowhere */
  otlpHttp?: PortChoice;
  /** Where OTLP over gRPC is received. @default nowhere */
  otlpGrpc?: PortChoice;
  /** Where Zipkin's and Jaeger's formats are received over HTTP. @default nowhere */
  zipkin?: PortChoice;
  /** What programs on other machines need to send OTLP or Zipkin. @default a random one */
  token?: string;
  /** Origins of web pages that may send over HTTP, `*` for all. @default none */
  corsOrigins?: readonly string[];
  /** Bytes of one message of OTLP or Zipkin, unpacked. @default 64 MiB */
  maxBodyBytes?: number;
  /** See {@linkcode GoTraceReceiver}. @default 1 MiB */
  maxLineBytes?: number;
  /** Connections at once, to each socket. @default 1,000 */
  maxConnections?: number;
  /** Told of a port that is not listened on because another process has it. */
  onNotice?: (message: string) => void;
}

/** A port to listen on. */
export interface PortChoice extends HostPort {
  /** Whether to go on without it when another process has it. */
  readonly isOptional: boolean;
}

/** What the receivers of a session feed. */
export interface ReceiverOutput {
  /** Gets events that start and end spans. */
  readonly assembler: EventAssembler;
  /** Gets the spans of protocols that send whole spans. */
  readonly spans: SpanIntake;
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
  /** Where OTLP over HTTP is received, as `HOST:PORT`. */
  readonly otlpHttp: string | undefined;
  /** Where OTLP over gRPC is received, as `HOST:PORT`. */
  readonly otlpGrpc: string | undefined;
  /** Where Zipkin's format is received, as `HOST:PORT`. */
  readonly zipkin: string | undefined;
  /** What programs on other machines need to send there; `undefined` when none can. */
  readonly token: string | undefined;
  /** Programs that were turned away because too many were connected. */
  readonly refusedConnectionCount: number;
  /** What became of everything that arrived, whichever way. */
  counters(): Counters;
  /** What arrived that are no spans. */
  otherSignals(): OtherSignals;
  /** Begins to take what is sent. */
  serve(): void;
}

/** Counts of what OTLP carries beside spans. */
export interface OtherSignals {
  /** Log records. Those that name their span become events of it, the others are not kept. */
  readonly logs: number;
  /** What became of the log records that name their span. */
  readonly log_events: {
    readonly attached: number;
    /** Records whose span has not come yet. */
    readonly waiting: number;
    /** Given up, by reason: `no_span` came behind them. */
    readonly dropped: Readonly<Record<string, number>>;
  };
  /** Data points of metrics, which are not kept. */
  readonly metrics: number;
}

/** What all receivers have in common. */
interface Receiver {
  readonly refusedConnectionCount: number;
  serve?(): Promise<void>;
  close(): Promise<void>;
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
  const { maxLineBytes, maxConnections, maxBodyBytes, corsOrigins } = options;
  const { assembler, spans, onSpans, backPressure } = output;
  await using cleanup = new AsyncDisposableStack();
  const receivers: (GoTraceReceiver | SsfReceiver | Receiver)[] = [];
  // All at once: each waits a while for programs that keep sending.
  cleanup.defer(async () => void await Promise.all(receivers.map((each) => each.close())));
  const gotrace = await GoTraceReceiver.listen(socket, {
    assembler,
    backPressure,
    maxLineBytes,
    maxConnections,
  });
  receivers.push(gotrace);
  const ssfIntake = new SsfIntake({ onSpans });
  const ssf: string[] = [];
  for (const address of options.ssf ?? []) {
    const receiver = await listenSsf(address, { intake: ssfIntake, backPressure, maxConnections });
    receivers.push(receiver);
    ssf.push(formatSocketAddress(receiver.address));
    if (address.transport !== "unix" && !isLoopback(address.host)) {
      options.onNotice?.(
        "receives SSF from the network, which carries no token: whoever reaches this machine can send",
      );
    }
  }

  const isOpen = [options.otlpHttp, options.otlpGrpc, options.zipkin].some((choice) =>
    choice !== undefined && !isLoopback(choice.host)
  );
  const token = isOpen ? new AccessToken(options.token) : undefined;

  const memory = new BodyMemory();
  const otlp = new OtlpIntake({
    spans,
    transcode: { protobuf: transcodeOtlpProtobuf, json: transcodeOtlpJson },
  });
  function onRefused(reason: string): void {
    // Spans that were read and found bad have been counted one by one.
    if (reason === "overloaded") spans.drop(reason);
    else if (reason !== "malformed") spans.reject(reason);
  }
  async function listen(
    what: string,
    choice: PortChoice | undefined,
    bind: (choice: PortChoice) => Promise<Receiver & { readonly port: number }>,
  ): Promise<string | undefined> {
    if (choice === undefined) return undefined;
    let receiver: Receiver & { readonly port: number };
    try {
      receiver = await bind(choice);
    } catch (error) {
      const problem = `${what} at ${formatHostPort(choice)}: ` +
        describeBindError(error, await describePortHolder(choice.port));
      if (!choice.isOptional) throw new Error(`Cannot receive ${problem}`);
      options.onNotice?.(`does not receive ${problem}`);
      return undefined;
    }
    receivers.push(receiver);
    if (!isLoopback(choice.host)) {
      options.onNotice?.(
        `receives ${what} from the network: programs there need the session's token`,
      );
    }
    return formatHostPort({ host: choice.host, port: receiver.port });
  }
  function listenHttp(
    routes: Record<string, HttpRoute>,
    http2?: GrpcReceiver,
  ): typeof bindHttp {
    function bindHttp({ host, port }: PortChoice): Promise<HttpReceiver> {
      return HttpReceiver.listen(host, port, {
        routes,
        memory,
        backPressure,
        maxBodyBytes,
        maxConnections,
        corsOrigins,
        token,
        http2,
        onRefused,
      });
    }
    return bindHttp;
  }
  let grpc: GrpcReceiver | undefined;
  const otlpGrpc = await listen("OTLP over gRPC", options.otlpGrpc, async ({ host, port }) => {
    return grpc = await GrpcReceiver.listen(host, port, {
      methods: otlpGrpcMethods(otlp),
      memory,
      backPressure,
      maxMessageBytes: maxBodyBytes,
      maxConnections,
      token,
      onRefused,
    });
  });
  const otlpHttp = await listen(
    "OTLP over HTTP",
    options.otlpHttp,
    // Programs that are given one address for OTLP may speak either there.
    listenHttp({ ...otlpHttpRoutes(otlp), ...zipkinHttpRoutes(spans) }, grpc),
  );
  const zipkin = await listen("Zipkin", options.zipkin, listenHttp(zipkinHttpRoutes(spans)));

  const bound = cleanup.move();
  return {
    socket: gotrace.path,
    ssf,
    otlpHttp,
    otlpGrpc,
    zipkin,
    token: token?.text,
    get refusedConnectionCount() {
      return receivers.reduce((sum, receiver) => sum + receiver.refusedConnectionCount, 0);
    },
    counters(): Counters {
      // The assembler and the intake share one counter of traces.
      const withoutTraces = { ...spans.counters, traces: 0 };
      return addCounters([assembler.counters, ssfIntake.counters, withoutTraces]);
    },
    otherSignals: () => ({
      logs: otlp.logRecordCount,
      log_events: {
        attached: spans.events.attachedCount,
        waiting: spans.events.size,
        dropped: spans.events.dropped,
      },
      metrics: otlp.dataPointCount,
    }),
    serve(): void {
      for (const receiver of receivers) receiver.serve?.();
    },
    [Symbol.asyncDispose]: () => bound.disposeAsync(),
  };
}
