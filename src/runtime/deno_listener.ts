import type { ByteConnection, ByteListener } from "./byte_stream.ts";
import { denoConnection } from "./connection.ts";

/** A listener of Deno's own. */
export function denoListener(listener: Deno.Listener | Deno.UnixListener): ByteListener {
  let isClosed = false;
  return {
    async accept(): Promise<ByteConnection | undefined> {
      // Too many open files or a client that is gone already must not end the accepting.
      while (!isClosed) {
        try {
          return denoConnection(await listener.accept());
        } catch (error) {
          if (isClosed || error instanceof Deno.errors.BadResource) return undefined;
          await new Promise((resolve) => setTimeout(resolve, ACCEPT_RETRY_MS));
        }
      }
      return undefined;
    },
    close(): void {
      if (isClosed) return;
      isClosed = true;
      listener.close();
    },
  };
}

const ACCEPT_RETRY_MS = 50;
