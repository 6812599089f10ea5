import { clearTimeout, setTimeout } from "node:timers";

/** The value of a promise that never rejects; `undefined` when it takes too long. */
export async function within<Value>(
  promise: Promise<Value>,
  timeoutMs: number,
): Promise<Value | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  const value = await Promise.race([promise, timeout]);
  clearTimeout(timer);
  return value;
}
