import { bindTcp, type TcpListener } from "../runtime/bind_tcp.ts";
import type { ByteConnection } from "../runtime/byte_stream.ts";
import { GrpcCall, type GrpcCallOptions } from "./grpc_call.ts";
import { Http2Connection, type Http2Timeouts } from "./http2_connection.ts";
import { StreamServer } from "./stream_server.ts";

/** Options of {@linkcode GrpcReceiver}. */
export interface GrpcReceiverOptions extends GrpcCallOptions, Http2Timeouts {
  /** Connections at once; one more is closed at once and counted. @default 1,000 */
  maxConnections?: number;
}

/**
 * Receives unary gRPC calls over HTTP/2 without TLS, messages packed with gzip, Zstandard or not.
 *
 * The HTTP/2 is our own because `node:http2` ended the program at about one in 700 connections that its client
 * closed (Deno 2.9: an assertion of its native library), took a quarter more processor time for the same spans (1.9 s
 * a million instead of 1.5 s), and in Deno 2.4 neither told where a call comes from nor let its windows be set.
 */
export class GrpcReceiver implements AsyncDisposable {
  /** The port that it really has. */
  readonly port: number;
  readonly #options: GrpcReceiverOptions;
  readonly #server: StreamServer;
  readonly #connections = new Set<Http2Connection>();
  /** Messages that are whole and being taken. */
  readonly #work = new Set<Promise<void>>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #serving: Promise<void>;
  #activity = 0;
  #closing: Promise<void> | undefined;

  private constructor(listener: TcpListener, options: GrpcReceiverOptions) {
    this.port = listener.port;
    this.#options = options;
    this.#server = new StreamServer(listener, {
      read: (connection) => this.read(connection, new Uint8Array()),
      activity: () => this.activity(),
      maxConnections: options.maxConnections ?? 1000,
    });
    this.#timer = setInterval(() => {
      const now = Date.now();
      for (const connection of this.#connections) connection.expire(now);
    }, EXPIRY_INTERVAL_MS);
    this.#serving = this.#server.serve();
  }

  /**
   * Binds an address and begins to receive.
   *
   * @throws {Error} When the address cannot be bound.
   */
  static async listen(
    host: string,
    port: number,
    options: GrpcReceiverOptions,
  ): Promise<GrpcReceiver> {
    return new GrpcReceiver(await bindTcp(host, port), options);
  }

  /** Connections that were refused because too many were open. */
  get refusedConnectionCount(): number {
    return this.#server.refusedConnectionCount;
  }

  /**
   * Answers the calls of a connection, which may have been accepted elsewhere, until it ends. Never rejects.
   *
   * @param first What has been read from it already.
   */
  async read(connection: ByteConnection, first: Uint8Array): Promise<void> {
    const http2 = new Http2Connection(connection, {
      ...this.#options,
      onRequest: (request) =>
        new GrpcCall(request, connection.peer, this.#options, (work) => this.#track(work)),
    });
    this.#connections.add(http2);
    await http2.run(first);
    this.#activity++;
    this.#connections.delete(http2);
  }

  /** A number that grows with every connection that ends, and while calls are under way. */
  activity(): number {
    if ([...this.#connections].some((connection) => connection.isBusy)) this.#activity++;
    return this.#activity;
  }

  /**
   * Stops accepting, and answers the calls that are under way.
   *
   * @param drainMs How long to wait for these, in milliseconds. @default 500
   */
  close(drainMs = 500): Promise<void> {
    return this.#closing ??= this.#close(drainMs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(drainMs: number): Promise<void> {
    for (const connection of this.#connections) connection.goAway();
    await this.#server.close(drainMs);
    await this.#serving;
    clearInterval(this.#timer);
    // Those that were accepted elsewhere.
    for (const connection of this.#connections) connection.close();
    await Promise.all(this.#work);
  }

  #track(work: Promise<void>): void {
    this.#work.add(work);
    work.finally(() => this.#work.delete(work));
  }
}

const EXPIRY_INTERVAL_MS = 250;
