const POLL_MS = 2;
const TAIL_BYTES = 512;

/**
 * Waits until the last checkpoint of a recording counts so many spans. Looking at the file is the only
 * proof that they are recorded; it makes our figure worse by the time between two flushes, not
 * better.
 *
 * @returns The time at which it was seen, in nanoseconds since the epoch.
 */
export async function waitForRecordedSpans(path: string, spanCount: number): Promise<bigint> {
  using file = await Deno.open(path);
  const tail = new Uint8Array(TAIL_BYTES);
  let seenSize = 0;
  while (true) {
    const { size } = await file.stat();
    if (size !== seenSize) {
      seenSize = size;
      await file.seek(Math.max(0, size - TAIL_BYTES), Deno.SeekMode.Start);
      const count = await file.read(tail) ?? 0;
      if (lastCount(decoder.decode(tail.subarray(0, count))) >= spanCount) {
        return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e3)) * 1000n;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function lastCount(text: string): number {
  const match = /.*"checkpoint":\d+,"spans":(\d+)/s.exec(text);
  return match === null ? 0 : Number(match[1]);
}

const decoder = new TextDecoder();
