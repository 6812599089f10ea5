import type { ByteConnection } from "../runtime/byte_stream.ts";

/** What a viewer receives: span lines, and what the server says about the stream. */
export type ViewMessage =
  | { readonly type: "spans"; readonly lines: readonly string[] }
  /** All that had happened before the viewer came has been sent. */
  | { readonly type: "live" }
  /** The viewer was too slow and missed this many spans. */
  | { readonly type: "skipped"; readonly spanCount: number };

/**
 * Asks a live server for everything and reads its stream until the server ends it.
 *
 * @param connection To a view socket: of this program, or of go-trace, which knows no requests and
 * sends what completes from now on.
 * @throws {Error} When a line is longer than 16 MiB.
 */
export async function* readLiveSpans(connection: ByteConnection): AsyncGenerator<ViewMessage> {
  await connection.write(REQUEST).catch(() => {});
  yield* viewMessages(readChunks(connection));
}

/** Turns the bytes of a live stream into messages; a last line without its end is dropped. */
export async function* viewMessages(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ViewMessage> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() as string;
    if (rest.length > MAX_LINE_LENGTH) {
      throw new Error(`Cannot read live spans: a line has more than ${MAX_LINE_LENGTH} characters`);
    }
    let from = 0;
    for (let index = 0; index < lines.length; index++) {
      const control = parseControl(lines[index]);
      if (control === undefined) continue;
      if (index > from) yield { type: "spans", lines: lines.slice(from, index) };
      yield control;
      from = index + 1;
    }
    if (lines.length > from) yield { type: "spans", lines: from === 0 ? lines : lines.slice(from) };
  }
}

async function* readChunks(connection: ByteConnection): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(256 * 1024);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === undefined) return;
    yield buffer.subarray(0, count);
  }
}

function parseControl(line: string): ViewMessage | undefined {
  if (!line.startsWith('{"view":')) return undefined;
  try {
    const control = JSON.parse(line);
    if (control.view === "live") return { type: "live" };
    if (control.view === "skipped") {
      return { type: "skipped", spanCount: Number(control.spans) || 0 };
    }
  } catch {
    // Not a line of ours: whoever decodes spans counts it.
  }
  return undefined;
}

const REQUEST = new TextEncoder().encode('{"trace_view":1,"running":true}\n');
const MAX_LINE_LENGTH = 16 * 1024 * 1024;
