/**
 * Calls a function whenever a trigger fires: at each value of an iterable, or each event `flush`.
 *
 * @returns A function that stops it: it returns the iterator, or takes the listener off.
 */
export function onFlushTrigger(
  trigger: AsyncIterable<unknown> | EventTarget,
  flush: () => Promise<unknown>,
): () => void {
  if (Symbol.asyncIterator in trigger) return followIterable(trigger, flush);
  function listener(): void {
    void flush();
  }
  trigger.addEventListener("flush", listener);
  return () => trigger.removeEventListener("flush", listener);
}

function followIterable(
  trigger: AsyncIterable<unknown>,
  flush: () => Promise<unknown>,
): () => void {
  const iterator = trigger[Symbol.asyncIterator]();
  let isStopped = false;
  async function follow(): Promise<void> {
    try {
      while (!isStopped && !(await iterator.next()).done && !isStopped) await flush();
    } catch {
      // A trigger that fails fires no more.
    }
  }
  void follow();
  return () => {
    isStopped = true;
    // A generator that waits for its next moment does not settle this: nobody may wait for it.
    try {
      iterator.return?.().then(undefined, () => {});
    } catch {
      // It is no concern of the program's either.
    }
  };
}
