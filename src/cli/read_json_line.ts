/**
 * Reads one line of JSON; `undefined` when it does not come in time, or is none.
 *
 * @param reader What is read from: no more than to the end of the line, if the line comes in a part of its own.
 * @param timeoutMs How long it may take.
 */
export async function readJsonLine(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  timeoutMs: number,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const timeout = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => timeout.resolve(undefined), timeoutMs);
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (!text.includes("\n")) {
      const part = await Promise.race([reader.read(), timeout.promise]);
      if (part === undefined || part.done) return undefined;
      text += decoder.decode(part.value, { stream: true });
    }
    return JSON.parse(text.slice(0, text.indexOf("\n")));
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
