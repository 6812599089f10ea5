import { createSsfSpan, type SsfSpan } from "../../src/wire/ssf/ssf_span.ts";

/** A trace span with the fields that are given. */
export function ssfSpan(fields: Partial<SsfSpan> = {}): SsfSpan {
  return createSsfSpan({
    traceId: 1n,
    id: 1n,
    name: "work",
    startTimestamp: 1_773_223_200_000_000_001n,
    endTimestamp: 1_773_223_200_000_000_002n,
    ...fields,
  });
}

/** Connects to an address as `--ssf` takes and `ready` tells it. */
export function connectSsf(url: string): Promise<Deno.Conn> {
  const path = /^unix:\/\/(.*)$/.exec(url)?.[1];
  if (path !== undefined) return Deno.connect({ transport: "unix", path });
  const { hostname, port } = new URL(url.replace(/^tcp:/, "http:"));
  return Deno.connect({ hostname, port: Number(port) });
}

/** Writes all the bytes, cut where asked for. */
export async function writeAll(
  connection: Deno.Conn,
  bytes: Uint8Array,
  pieceBytes: number = bytes.length,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await connection.write(bytes.subarray(at, at + pieceBytes));
  }
}

/** Sends bytes over a connection of their own and waits until the other side has closed it too. */
export async function sendSsf(url: string, bytes: Uint8Array, pieceBytes?: number): Promise<void> {
  using connection = await connectSsf(url);
  try {
    await writeAll(connection, bytes, pieceBytes);
    await connection.closeWrite();
    while (await connection.read(new Uint8Array(64)) !== null);
  } catch (error) {
    // Whoever refuses what is sent may close before it has read everything.
    if (!isBroken(error)) throw error;
  }
}

/** Sends datagrams, one after another. */
export async function sendDatagrams(url: string, ...datagrams: Uint8Array[]): Promise<void> {
  const { hostname, port } = new URL(url.replace(/^udp:/, "http:"));
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  try {
    for (const datagram of datagrams) {
      await socket.send(datagram, { transport: "udp", hostname, port: Number(port) });
    }
  } finally {
    socket.close();
  }
}

function isBroken(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset;
}
