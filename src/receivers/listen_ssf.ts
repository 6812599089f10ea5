import { bindTcp } from "../runtime/bind_tcp.ts";
import { bindUdp } from "../runtime/bind_udp.ts";
import { describeBindError } from "./describe_bind_error.ts";
import { formatSocketAddress, type SocketAddress } from "../model/socket_address.ts";
import { SsfDatagramReceiver } from "./ssf_datagram_receiver.ts";
import type { SsfReceiver, SsfReceiverOptions } from "./ssf_receiver.ts";
import { SsfStreamReceiver } from "./ssf_stream_receiver.ts";
import { listenUnix } from "./unix_listener.ts";

/**
 * Binds an address. Programs can send from now on; `serve` starts to take what they send.
 *
 * Over UDP one datagram is one SSFSpan. Over Unix and TCP streams each comes in a frame; what breaks
 * the framing ends that one connection.
 *
 * @throws {Error} When the address cannot be bound, with what to do about it.
 */
export async function listenSsf(
  address: SocketAddress,
  options: SsfReceiverOptions,
): Promise<SsfReceiver> {
  if (address.transport === "unix") {
    const listener = await listenUnix(address.path);
    return new SsfStreamReceiver(listener, address, options);
  }
  const { host, port } = address;
  try {
    if (address.transport === "udp") {
      const socket = bindUdp(host, port);
      return new SsfDatagramReceiver(socket, { ...address, port: socket.port }, options);
    }
    const listener = await bindTcp(host, port);
    return new SsfStreamReceiver(listener, { ...address, port: listener.port }, options);
  } catch (error) {
    throw new Error(
      `Cannot listen on "${formatSocketAddress(address)}": ${describeBindError(error)}`,
    );
  }
}
