import { lstat, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type ListedSource, NoSessionError, type SourceCatalog } from "../mcp/trace_source.ts";
import { openRecording } from "../recording/open_recording.ts";
import { errorCode } from "../runtime/error_code.ts";
import { isSocketMode } from "../runtime/is_socket_mode.ts";
import { escapeText } from "../terminal/escape_text.ts";
import { CommandError } from "./command_error.ts";
import { openStoredSource, sessionSource } from "./find_source.ts";
import type { CliIo } from "./io.ts";
import { isJaegerUrl } from "./jaeger_source.ts";
import { McpSource } from "./mcp_source.ts";
import { listSessions, type SessionInfo } from "./session_folder.ts";
import type { SpanSource } from "./span_source.ts";

/** Options of {@linkcode McpSources}. */
export interface McpSourcesOptions {
  /** Sources named on the command line. */
  readonly names: readonly string[];
  /** Spans in memory, of each source and of all files together. */
  readonly maxSpans: number;
  /** Recordings that are larger are indexed, and their spans stay in the file. @default 64 MiB */
  readonly indexedFromBytes?: number;
}

/** What stands for a source and can be opened. */
interface FoundSource {
  /** The same for every way to name it. */
  readonly key: string;
  readonly name: string;
  /** Changes when it has to be read again. */
  readonly version: string;
  /** Set for a session that can be connected to. */
  readonly isRunning?: boolean;
  /** Its path, when it is a file that is better not held in memory. */
  readonly largeFile?: string;
  create(): SpanSource;
}

interface OpenSource {
  readonly version: string;
  readonly source: McpSource;
}

/** The sources of `trace mcp`: each is read once and kept while there is room, sessions are followed. */
export class McpSources implements SourceCatalog, Disposable {
  readonly #io: CliIo;
  readonly #names: readonly string[];
  readonly #maxSpans: number;
  readonly #indexedFromBytes: number;
  /** By key, the one used last at the end. */
  readonly #open = new Map<string, OpenSource>();

  constructor(io: CliIo, { names, maxSpans, indexedFromBytes }: McpSourcesOptions) {
    this.#io = io;
    this.#names = names;
    this.#maxSpans = maxSpans;
    this.#indexedFromBytes = indexedFromBytes ?? 64 * 1024 * 1024;
  }

  async open(name: string | undefined, signal: AbortSignal): Promise<McpSource> {
    const found = await this.#find(name);
    const known = this.#open.get(found.key);
    const isStale = known !== undefined &&
      (known.version !== found.version || found.isRunning === true && known.source.hasEnded);
    const source = known === undefined || isStale
      ? new McpSource(found.name, found.create(), {
        maxSpans: this.#maxSpans,
        largeFile: found.largeFile,
      })
      : known.source;
    this.#keep(found.key, { version: found.version, source });
    try {
      await untilAborted(source.ready(), signal);
    } catch (error) {
      const isOurs = this.#open.get(found.key)?.source === source;
      if (!isOurs || signal.aborted) throw error;
      this.#open.delete(found.key);
      // It was just ending: what it has sent is still there.
      if (known?.source.hasEnded !== true || known.source === source) throw error;
      this.#keep(found.key, known);
      return known.source;
    }
    if (isStale) known.source[Symbol.dispose]();
    this.#makeRoom(found.key);
    return source;
  }

  async list(folder: string): Promise<ListedSource[]> {
    const sessions = await listSessions(this.#io);
    const defaultKey = (await this.#find(undefined).catch(() => undefined))?.key;
    const listed = new Map<string, ListedSource>();
    const add = (key: string, source: Omit<ListedSource, "isDefault" | "traces">): void => {
      if (listed.has(key)) return;
      const isDefault = key === defaultKey;
      listed.set(key, { ...source, traces: this.#open.get(key)?.source.traces, isDefault });
    };
    for (const session of sessions) {
      const { title, startedAt: time } = session;
      add(session.view, { name: String(session.pid), type: "session", title, time });
    }
    for (const [key, { source }] of this.#open) {
      if (!source.hasEnded) continue;
      add(key, { name: source.name, type: "session", title: `${source.title} (has ended)` });
    }
    for (const name of [...this.#names, ...openFileNames(this.#open)]) {
      const { key } = await this.#findNamed(name).catch(() => ({ key: resolve(name) }));
      if (isJaegerUrl(name)) add(key, { name, type: "url", title: "Jaeger" });
      else if (!listed.has(key)) {
        const file = await describeFile(name);
        add(key, file.title === "" ? { ...file, title: "cannot be read" } : file);
      }
    }
    for (const name of await listFolder(folder)) {
      const file = await describeFile(name);
      if (file.title !== "") add(resolve(name), file);
    }
    return [...listed.values()];
  }

  [Symbol.dispose](): void {
    for (const { source } of this.#open.values()) source[Symbol.dispose]();
    this.#open.clear();
  }

  async #find(name: string | undefined): Promise<FoundSource> {
    const given = name === undefined || name === "" ? undefined : name;
    if (given === undefined && this.#names.length === 0) return await this.#findSession();
    if (given === undefined && this.#names.length > 1) {
      throw new CommandError(
        `Several sources were named at the start; pass one as source: ${this.#names.join(", ")}`,
      );
    }
    return await this.#findNamed(given ?? this.#names[0]);
  }

  async #findSession(): Promise<FoundSource> {
    const sessions = await listSessions(this.#io);
    const socket = this.#io.env("TRACE_SOCKET");
    const session = sessions.find((each) => each.socket === socket) ??
      (sessions.length === 1 ? sessions[0] : undefined);
    if (session !== undefined) return foundSession(session);
    if (sessions.length > 1) {
      throw new CommandError(
        `Several sessions are running; pass one as source:${listText(sessions)}`,
      );
    }
    // A command has ended, and what it did is asked for: the rule under trace run.
    const ended = [...this.#open].findLast(([, { source }]) => source.hasEnded);
    if (ended === undefined) throw new NoSessionError();
    return foundAgain(ended);
  }

  async #findNamed(name: string): Promise<FoundSource> {
    if (name === "-") {
      throw new CommandError(
        'Cannot open "-": standard input carries the protocol; give a file or a session',
      );
    }
    if (isJaegerUrl(name)) {
      const create = (): SpanSource => openStoredSource(this.#io, name);
      // What it has changes without a sign: it is asked again after a while.
      return { key: name, name, version: String(Math.floor(Date.now() / URL_KEPT_MS)), create };
    }
    const path = name.replace(/^unix:\/\//, "");
    const sessions = await listSessions(this.#io);
    const session = sessions.find(({ pid, socket, view }) =>
      String(pid) === name || socket === path || view === path
    );
    if (session !== undefined) return foundSession(session);
    const ended = [...this.#open].find(([key, { source }]) =>
      source.hasEnded && (source.name === name || key === path)
    );
    if (ended !== undefined) return foundAgain(ended);
    return await this.#findFile(path, sessions);
  }

  async #findFile(path: string, sessions: readonly SessionInfo[]): Promise<FoundSource> {
    const found = await stat(path).catch((error) => {
      throw new CommandError(
        `Cannot open "${path}": ` +
          (errorCode(error) === "EACCES"
            ? "no permission to read it"
            : /^\d+$/.test(path)
            ? `no such session${sessions.length === 0 ? "" : `; running are:${listText(sessions)}`}`
            : "no such file or session; list_sources shows what can be opened"),
      );
    });
    if (isSocketMode(found.mode)) return foundSession({ pid: 0, view: path, title: path });
    return {
      key: resolve(path),
      name: path,
      version: `${found.ino} ${found.size} ${found.mtimeMs}`,
      largeFile: found.size > this.#indexedFromBytes ? path : undefined,
      create: () => openStoredSource(this.#io, path),
    };
  }

  /** Keeps a source as the one used last. */
  #keep(key: string, source: OpenSource): void {
    this.#open.delete(key);
    this.#open.set(key, source);
  }

  /** Forgets what was used longest ago, sessions that still run last. */
  #makeRoom(sparedKey: string): void {
    for (const isSparing of [true, false]) {
      for (const [key, { source }] of this.#open) {
        if (!this.#isTooMuch()) return;
        if (key === sparedKey || source.isWatched || isSparing && source.isLive) continue;
        source[Symbol.dispose]();
        this.#open.delete(key);
      }
    }
  }

  #isTooMuch(): boolean {
    let spanCount = 0;
    for (const { source } of this.#open.values()) spanCount += source.keptSpanCount;
    return this.#open.size > MAX_OPEN_SOURCES || spanCount > this.#maxSpans;
  }
}

const MAX_OPEN_SOURCES = 16;
const URL_KEPT_MS = 30_000;

function foundSession(session: SessionInfo): FoundSource {
  return {
    key: session.view,
    name: session.pid === 0 ? session.view : String(session.pid),
    version: session.startedAt ?? "",
    isRunning: true,
    create: () => sessionSource(session),
  };
}

function foundAgain([key, { version, source }]: [string, OpenSource]): FoundSource {
  return {
    key,
    name: source.name,
    version,
    create: () => {
      throw new NoSessionError();
    },
  };
}

function listText(sessions: readonly SessionInfo[]): string {
  return sessions.map(({ pid, title }) => `\n  ${pid}  ${escapeText(title)}`).join("");
}

function openFileNames(open: ReadonlyMap<string, OpenSource>): string[] {
  return [...open.values()].map(({ source }) => source)
    .filter((source) => !source.isLive && !source.hasEnded).map(({ name }) => name);
}

async function describeFile(name: string): Promise<Omit<ListedSource, "isDefault" | "traces">> {
  try {
    const { size, mtime } = await stat(name);
    await using opened = await openRecording(name);
    const { format = "", compression } = opened;
    return {
      name,
      type: "file",
      title: compression === undefined ? format : `${format}, ${compression}`,
      time: mtime.toISOString(),
      byteCount: size,
    };
  } catch {
    return { name, type: "file", title: "" };
  }
}

/** The files of a folder that may be traces by their names, newest first. */
async function listFolder(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error) => {
    const reason = errorCode(error) === "ENOENT" ? "there is no such folder" : error.message;
    throw new CommandError(`Cannot list "${folder}": ${reason}`);
  });
  const files: { path: string; mtimeMs: number }[] = [];
  for (const name of names) {
    if (!TRACE_FILE_NAME.test(name)) continue;
    const path = folder === "." ? name : join(folder, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isFile()) files.push({ path, mtimeMs: found.mtimeMs });
  }
  return files.sort((a, b) => b.mtimeMs - a.mtimeMs).slice(0, MAX_LISTED_FILES)
    .map(({ path }) => path);
}

/** Of a folder with more, the newest are looked into. */
const MAX_LISTED_FILES = 200;
const TRACE_FILE_NAME = /\.(jsonl|ndjson|json|pb|otlp|ssf|trace|gz|zst)$/i;

/** Rejects when the signal is aborted first; the promise goes on. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(new CommandError("The call was cancelled"));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
