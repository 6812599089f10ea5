/** Parses a stream of JSON Lines, one value for each line; empty lines are skipped. */
export async function* readJsonLines(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Record<string, unknown>> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() as string;
    for (const line of lines) {
      if (line !== "") yield JSON.parse(line);
    }
  }
  if (rest !== "") yield JSON.parse(rest);
}
