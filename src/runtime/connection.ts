import type * as net from "node:net";
import type { ByteConnection } from "./byte_stream.ts";

/** A connection of Deno's own: four times as fast to read from as its `node:net`. */
export function denoConnection(connection: Deno.Conn): ByteConnection {
  const { remoteAddr } = connection;
  let onClose: ((error: Error) => void) | undefined;
  // Small writes that follow one another would wait 40 ms each for the other side's kernel.
  if ("setNoDelay" in connection) {
    try {
      (connection as Deno.TcpConn).setNoDelay();
    } catch {
      // The other side is gone already, which reading tells.
    }
  }
  return {
    peer: "hostname" in remoteAddr ? remoteAddr.hostname : undefined,
    async read(into): Promise<number | undefined> {
      try {
        return await connection.read(into) ?? undefined;
      } catch {
        return undefined;
      }
    },
    write(bytes): Promise<void> {
      return new Promise((resolve, reject) => {
        onClose = reject;
        writeAll(connection, bytes).then(resolve, reject);
      });
    },
    close(): void {
      // Deno 2.4 leaves a write that is under way waiting until the other side reads or leaves.
      onClose?.(new Error("The connection was closed"));
      try {
        connection.close();
      } catch {
        // It was closed before.
      }
    },
  };
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** A connection of Node's or Bun's, read only as fast as `read` is called. */
export function nodeConnection(socket: net.Socket): ByteConnection {
  let rest: Uint8Array | undefined;
  let isEnded = false;
  let wake: (() => void) | undefined;
  function onChange(): void {
    wake?.();
    wake = undefined;
  }
  function onEnd(): void {
    isEnded = true;
    onChange();
  }
  socket.setNoDelay();
  socket.on("readable", onChange).on("end", onEnd).on("close", onEnd).on("error", onEnd);
  return {
    peer: socket.remoteAddress,
    async read(into): Promise<number | undefined> {
      for (;;) {
        rest ??= socket.read() ?? undefined;
        if (rest !== undefined) {
          const part = rest.subarray(0, into.length);
          into.set(part);
          rest = part.length < rest.length ? rest.subarray(part.length) : undefined;
          return part.length;
        }
        if (isEnded) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    write(bytes): Promise<void> {
      return new Promise((resolve, reject) => {
        socket.write(bytes, (error) => error ? reject(error) : resolve());
      });
    },
    close(): void {
      socket.destroy();
    },
  };
}
