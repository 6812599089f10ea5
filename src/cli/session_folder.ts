import { lstat, mkdir, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { MAX_SOCKET_PATH_BYTES } from "../receivers/unix_listener.ts";
import { connectUnix } from "../runtime/connect_unix.ts";
import type { CliIo } from "./io.ts";

/** What a running session says about itself, in `<pid>.json` of the session folder. */
export interface SessionInfo {
  readonly pid: number;
  /** Where programs send events; absent for a session of go-trace. */
  readonly socket?: string;
  /** Where viewers connect. */
  readonly view: string;
  /** What runs, for people. */
  readonly title: string;
  /** RFC 3339. */
  readonly startedAt?: string;
}

/**
 * The folder of this user's sessions: `$XDG_RUNTIME_DIR/trace`, else `<tmp>/trace-<uid>`. Made if it
 * is missing, mode 0700.
 *
 * @throws {Error} When what is there is no folder, another user's, or writable by others.
 */
export async function openSessionFolder(io: CliIo): Promise<string> {
  const folder = await sessionFolderPath(io);
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const found = await lstat(folder);
  const problem = !found.isDirectory()
    ? "is no folder"
    : found.uid !== process.getuid?.()
    ? "belongs to another user"
    : (found.mode & 0o022) !== 0
    ? "can be written by other users"
    : undefined;
  if (problem !== undefined) {
    throw new Error(
      `Cannot use session folder "${folder}": it ${problem}; remove it, or set XDG_RUNTIME_DIR to a folder of your own`,
    );
  }
  return folder;
}

/** The sessions that can be viewed now, those of go-trace included; newest first. */
export async function listSessions(io: CliIo): Promise<SessionInfo[]> {
  const sessions = await readSessionFiles(await sessionFolderPath(io));
  const known = new Set(sessions.map((session) => session.view));
  for (const path of await goTraceSockets()) {
    // Our own sessions are there, too, as links for go-trace's viewer.
    const target = await realpath(path).catch(() => path);
    const pid = Number(GOTRACE_SOCKET.exec(path)?.[1]);
    if (!known.has(target)) sessions.push({ pid, view: path, title: `go-trace (process ${pid})` });
  }
  const alive = await Promise.all(sessions.map((session) => isListening(session.view)));
  return sessions.filter((_session, index) => alive[index])
    .sort((a, b) => (b.startedAt ?? "").localeCompare(a.startedAt ?? ""));
}

/** Removes what sessions left behind whose process is gone. */
export async function removeDeadSessions(folder: string): Promise<void> {
  for (const session of await readSessionFiles(folder)) {
    if (isRunning(session.pid) || await isListening(session.view)) continue;
    const paths = [join(folder, `${session.pid}.json`), session.view, goTraceLink(session.pid)];
    // A socket elsewhere is the user's; the next collector at that path takes care of it.
    if (session.socket?.startsWith(folder)) paths.push(session.socket);
    for (const path of paths) await rm(path, { force: true }).catch(() => {});
  }
}

/** Where go-trace's viewer looks for the session of a process. */
export function goTraceLink(pid: number): string {
  return join(tmpdir(), `go-trace-view-${pid}.sock`);
}

async function sessionFolderPath(io: CliIo): Promise<string> {
  const runtime = io.env("XDG_RUNTIME_DIR");
  const own = `trace-${process.getuid?.() ?? 0}`;
  const candidates = [join(tmpdir(), own), join("/tmp", own)];
  if (runtime !== undefined && (await lstat(runtime).catch(() => undefined))?.isDirectory()) {
    candidates.unshift(join(runtime, "trace"));
  }
  // A folder in which no socket's path would fit is of no use, whoever named it.
  return candidates.find((folder) => hasRoomForSockets(folder)) ?? candidates[0];
}

function hasRoomForSockets(folder: string): boolean {
  const longest = join(folder, "4194304.view.sock");
  return new TextEncoder().encode(longest).length <= MAX_SOCKET_PATH_BYTES;
}

async function readSessionFiles(folder: string): Promise<SessionInfo[]> {
  const sessions: SessionInfo[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (!/^\d+\.json$/.test(name)) continue;
    try {
      const session = JSON.parse(await readFile(join(folder, name), "utf8"));
      if (typeof session.pid === "number" && typeof session.view === "string") {
        sessions.push(session);
      }
    } catch {
      // Half-written by a session that is just starting, or just gone.
    }
  }
  return sessions;
}

async function goTraceSockets(): Promise<string[]> {
  const folder = tmpdir();
  const paths: string[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (!GOTRACE_SOCKET.test(path)) continue;
    // Anybody may put a socket into the temporary folder; only ours are believed.
    const found = await lstat(path).catch(() => undefined);
    if (found?.uid === process.getuid?.()) paths.push(path);
  }
  return paths;
}

async function isListening(path: string): Promise<boolean> {
  return await connectUnix(path).then((connection) => {
    connection.close();
    return true;
  }, () => false);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

const GOTRACE_SOCKET = /\/go-trace-view-(\d+)\.sock$/;
