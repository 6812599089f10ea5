import type * as net from "node:net";
import type { ByteConnection } from "./byte_stream.ts";

/** A connection of Deno's own: four times as fast to read from as its `node:net`. */
export function denoConnection(connection: Deno.Conn): ByteConnection {
  const { remoteAddr } = connection;
  return {
    peer: "hostname" in remoteAddr ? remoteAddr.hostname : undefined,
    async read(into): Promise<number | undefined> {
      try {
        return await connection.read(into) ?? undefined;
      } catch {
        return undefined;
      }
    },
    async write(bytes): Promise<void> {
      for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    },
    close(): void {
      try {
        connection.close();
      } catch {
        // It was closed before.
      }
    },
  };
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
