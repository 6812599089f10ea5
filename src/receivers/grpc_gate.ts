import { bindTcp, type TcpListener } from "../runtime/bind_tcp.ts";
import type { ByteConnection } from "../runtime/byte_stream.ts";
import { connectTcp } from "../runtime/connect_tcp.ts";
import { type AccessToken, isOwnAddress } from "./access_token.ts";
import { GrpcReceiver, type GrpcReceiverOptions } from "./grpc_receiver.ts";
import { StreamServer } from "./stream_server.ts";
import { tunnel } from "./tunnel.ts";

/** Options of {@linkcode GrpcGate}. */
export interface GrpcGateOptions extends Omit<GrpcReceiverOptions, "token"> {
  /** What programs on other machines need in order to send. */
  token: AccessToken;
}

/**
 * Receives gRPC from this machine and from others: hands each connection on to one of two receivers, of which
 * the one for other machines wants the token. Not all versions of Deno's `node:http2` tell where a call comes
 * from; those of TCP connections do.
 */
export class GrpcGate implements AsyncDisposable {
  /** The port that it really has. */
  readonly port: number;
  readonly #own: GrpcReceiver;
  readonly #others: GrpcReceiver;
  readonly #server: StreamServer;

  private constructor(
    listener: TcpListener,
    own: GrpcReceiver,
    others: GrpcReceiver,
    maxConnections: number,
  ) {
    this.port = listener.port;
    this.#own = own;
    this.#others = others;
    this.#server = new StreamServer(listener, {
      read: (connection) => this.#handOn(connection),
      // What is under way is waited for by the receivers.
      activity: () => 0,
      maxConnections,
    });
  }

  /**
   * Binds an address. Programs can send from now on; `serve` starts to take what they send.
   *
   * @throws {Error} When the address cannot be bound.
   */
  static async listen(host: string, port: number, options: GrpcGateOptions): Promise<GrpcGate> {
    const listener = await bindTcp(host, port);
    const { token, maxConnections = 1000, ...common } = options;
    const own = await GrpcReceiver.listen(INNER_HOST, 0, { ...common, maxConnections });
    const others = await GrpcReceiver.listen(INNER_HOST, 0, { ...common, maxConnections, token });
    return new GrpcGate(listener, own, others, maxConnections);
  }

  /** Connections that were refused because too many were open. */
  get refusedConnectionCount(): number {
    return this.#server.refusedConnectionCount + this.#own.refusedConnectionCount +
      this.#others.refusedConnectionCount;
  }

  /** Accepts connections and hands them on; resolves once the gate is closed. */
  serve(): Promise<void> {
    return this.#server.serve();
  }

  /**
   * Connects to the receiver that is meant for an address.
   *
   * @param peer Where calls come from; `undefined` when that is not known.
   */
  connect(peer: string | undefined): Promise<ByteConnection> {
    const { port } = isOwnAddress(peer) ? this.#own : this.#others;
    return connectTcp(INNER_HOST, port);
  }

  /** Stops accepting, and answers the calls that are under way. */
  async close(): Promise<void> {
    await Promise.all([this.#own.close(), this.#others.close()]);
    await this.#server.close(0);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #handOn(connection: ByteConnection): Promise<void> {
    try {
      await tunnel(connection, await this.connect(connection.peer), new Uint8Array());
    } catch {
      // The receiver is closing: so is the connection.
    }
  }
}

const INNER_HOST = "127.0.0.1";
