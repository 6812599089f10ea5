import type { ByteConnection } from "../runtime/byte_stream.ts";

/**
 * Passes bytes on in both directions until one side ends; both are closed then.
 *
 * @param first Has been read from `one` already.
 */
export async function tunnel(
  one: ByteConnection,
  other: ByteConnection,
  first: Uint8Array,
): Promise<void> {
  try {
    await other.write(first);
    await Promise.race([pass(one, other), pass(other, one)]);
  } catch {
    // One of them broke.
  } finally {
    one.close();
    other.close();
  }
}

async function pass(from: ByteConnection, to: ByteConnection): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const count = await from.read(buffer);
    if (count === undefined) return;
    // A broken side shows at the other end of its pair, too.
    await to.write(buffer.subarray(0, count)).catch(() => {});
  }
}
