import { stat } from "node:fs/promises";
import { readLiveSpans } from "../broadcast/live_client.ts";
import type { Span } from "../model/span.ts";
import { connectUnix } from "../runtime/connect_unix.ts";
import { isSocketMode } from "../runtime/is_socket_mode.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { decodeSpanText } from "../wire/span_line/decode_span_batch.ts";
import { decodeSpanLines } from "../wire/span_line/decode_span_line.ts";
import { CommandError } from "./command_error.ts";
import { fileSource } from "./file_source.ts";
import type { CliIo } from "./io.ts";
import { listRecordings } from "./list_recordings.ts";
import { isJaegerUrl, jaegerSource } from "./jaeger_source.ts";
import { listSessions, type SessionInfo } from "./session_folder.ts";
import type { SourceMessage, SpanSource } from "./span_source.ts";

/**
 * Finds the sources that the user named: files, `-`, sockets, URLs; without a name, the running session.
 * Several are one: what is stored is read first, in the order of the names, then what is live.
 *
 * @param command The subcommand, for what is said when there is none. @default "view"
 * @throws {CommandError} When there is no such source, with what to do.
 */
export async function findSource(
  io: CliIo,
  names: readonly string[],
  command = "view",
): Promise<SpanSource> {
  if (names.length === 0) return await findUnnamedSource(io, command);
  const sources: SpanSource[] = [];
  for (const name of names) sources.push(await findNamedSource(io, name, command));
  return sources.length === 1 ? sources[0] : combineSources(sources);
}

/**
 * Opens what holds spans that were stored: a file, `-`, or the URL of a Jaeger query service.
 *
 * @throws {CommandError} When it is the URL of something else.
 */
export function openStoredSource(io: CliIo, name: string): SpanSource {
  if (name === "-") return fileSource({ name: "standard input", bytes: io.stdin.bytes() });
  if (isJaegerUrl(name)) return jaegerSource(name);
  if (!/^[a-z+]+:\/\//.test(name)) return fileSource({ name, path: name });
  throw new CommandError(
    `Cannot open "${name}": only files, "-" and jaeger+http://HOST:PORT can be read`,
    2,
  );
}

async function findNamedSource(
  io: CliIo,
  name: string,
  command: string,
): Promise<SpanSource> {
  if (name === "-" || !name.startsWith("unix://") && /^[a-z+]+:\/\//.test(name)) {
    return openStoredSource(io, name);
  }
  const path = name.replace(/^unix:\/\//, "");
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new CommandError(
      `Cannot open "${path}": no such file or socket; run "trace ${command}" without a name to see running sessions`,
    );
  }
  if (!isSocketMode(found.mode)) {
    return fileSource({ name: path, path });
  }
  // Users know the socket that programs send to; its session knows where viewers connect.
  const session = (await listSessions(io)).find((each) => each.socket === path);
  return sessionSource(session ?? { pid: 0, view: path, title: path });
}

function combineSources(sources: readonly SpanSource[]): SpanSource {
  const live = sources.filter(({ isLive }) => isLive);
  if (live.length > 1) {
    throw new CommandError(
      `Cannot read ${live.map(({ title }) => `"${title}"`).join(" and ")} at once: ` +
        "only one of several sources can be a session or standard input",
      2,
    );
  }
  const ordered = [...sources.filter(({ isLive }) => !isLive), ...live];
  return {
    title: `${sources[0].title} and ${sources.length - 1} more`,
    isLive: live.length > 0,
    socket: live[0]?.socket,
    async *read(signal): AsyncGenerator<SourceMessage> {
      for (const source of ordered) yield* source.read(signal);
    },
    countSpans: sources.every(({ countSpans }) => countSpans !== undefined)
      ? async (census, signal) => {
        for (const source of sources) await source.countSpans?.(census, signal);
      }
      : undefined,
  };
}

/**
 * What is meant without a name: the session of `TRACE_SOCKET`, or the only one there is. When there are
 * several, or none but files in this folder, the user chooses.
 */
async function findUnnamedSource(io: CliIo, command: string): Promise<SpanSource> {
  const sessions = await listSessions(io);
  const socket = io.env("TRACE_SOCKET");
  const named = sessions.find((session) => session.socket === socket);
  if (named !== undefined) return sessionSource(named);
  if (sessions.length === 1) return sessionSource(sessions[0]);
  const isOnTerminal = io.stdin.isTerminal && io.stdout.isTerminal;
  if (sessions.length === 0) {
    const recordings = isOnTerminal ? await listRecordings(".") : [];
    if (recordings.length > 0) {
      const { chooseSource } = await import("./choose_source.ts");
      const { path } = await chooseSource(
        io,
        "No session is running. Which of the trace files in this folder?",
        recordings,
      );
      return fileSource({ name: path, path });
    }
    throw new CommandError(
      "No session is running. Start one with: trace run -- COMMAND, or: trace collect\n" +
        `To open a recording: trace ${command} FILE`,
    );
  }
  if (isOnTerminal) {
    const { chooseSource } = await import("./choose_source.ts");
    const title = "Several sessions are running. Which one?";
    return sessionSource(await chooseSource(io, title, sessions));
  }
  if (io.stdin.isTerminal && io.stderr.isTerminal) {
    return sessionSource(await chooseSession(io, sessions));
  }
  const list = sessions.map((session) => `  trace ${command} ${session.view}   ${session.title}`);
  throw new CommandError(`Several sessions are running. Choose one:\n${list.join("\n")}`);
}

/** Asks the user which session, when the output is not for the screen; Enter alone takes the first, which is the newest. */
async function chooseSession(io: CliIo, sessions: readonly SessionInfo[]): Promise<SessionInfo> {
  const list = sessions.map((session, index) =>
    `  ${index + 1}  ${escapeText(session.title)}  (process ${session.pid})\n`
  );
  await io.stderr.write(`Several sessions are running:\n${list.join("")}`);
  for (;;) {
    await io.stderr.write(`Which one? [1-${sessions.length}, Enter is 1] `);
    const answer = await io.stdin.readLine();
    if (answer === undefined) throw new CommandError("No session was chosen");
    const session = sessions[answer === "" ? 0 : Number(answer) - 1];
    if (session !== undefined) return session;
  }
}

/** What a session's collector sends to viewers. */
export function sessionSource(session: SessionInfo): SpanSource {
  return {
    title: session.title,
    isLive: true,
    socket: session.socket,
    read: (signal) => readSession(session, signal),
  };
}

async function* readSession(
  session: SessionInfo,
  signal: AbortSignal,
): AsyncGenerator<SourceMessage> {
  const connection = await connectUnix(session.view).catch((error) => {
    throw new CommandError(
      error.code === "ECONNREFUSED"
        ? `Cannot connect to "${session.view}": nobody listens there any more; start a session with: trace collect`
        : `Cannot connect to "${session.view}": ${error.message}`,
    );
  });
  const close = (): void => connection.close();
  signal.addEventListener("abort", close, { once: true });
  let malformed = 0;
  try {
    for await (const message of readLiveSpans(connection)) {
      if (message.type !== "spans") {
        yield message;
        continue;
      }
      for (const lines of inPieces(message.lines)) {
        const { spans, malformedCount } = decodeLines(lines);
        malformed += malformedCount;
        yield { type: "spans", spans };
      }
    }
    if (malformed > 0) yield { type: "notice", text: `${malformed} lines were no spans` };
  } finally {
    signal.removeEventListener("abort", close);
    connection.close();
  }
}

/** Lines in groups of a few thousand characters. */
function* inPieces(lines: readonly string[]): Generator<string[]> {
  let piece: string[] = [];
  let length = 0;
  for (const line of lines) {
    piece.push(line);
    length += line.length;
    if (length < PIECE_LENGTH) continue;
    yield piece;
    piece = [];
    length = 0;
  }
  if (piece.length > 0) yield piece;
}

function decodeLines(lines: readonly string[]): { spans: Span[]; malformedCount: number } {
  try {
    // Joined, they are a copy that keeps nothing else of what was received in memory.
    return { spans: decodeSpanText(lines.join("\n")), malformedCount: 0 };
  } catch {
    const spans: Span[] = [];
    let malformedCount = 0;
    for (const line of lines) {
      try {
        for (const span of decodeSpanLines(line)) spans.push(span);
      } catch {
        malformedCount++;
      }
    }
    return { spans, malformedCount };
  }
}

const PIECE_LENGTH = 16 * 1024;
