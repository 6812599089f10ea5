import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";

/**
 * Says which process listens on a TCP port of this machine, as far as the system tells: on Linux, and
 * for processes of this user.
 *
 * @returns For example `node (process 4711)`; `undefined` when it cannot be found out.
 */
export async function describePortHolder(port: number): Promise<string | undefined> {
  try {
    const inodes = await listeningInodes(port);
    if (inodes.size === 0) return await askSs(port);
    for (const pid of await readdir("/proc")) {
      if (!/^\d+$/.test(pid) || !await hasSocket(pid, inodes)) continue;
      const name = (await readFile(`/proc/${pid}/comm`, "utf8")).trim();
      return `${name} (process ${pid})`;
    }
  } catch {
    // Another system, or no right to look.
  }
  return await askSs(port);
}

/** Executables made with Deno may not read `/proc`, but run programs that do; see ss(8). */
async function askSs(port: number): Promise<string | undefined> {
  const text = await new Promise<string>((resolve) => {
    execFile(
      "ss",
      ["-Hltnp", `sport = :${port}`],
      { timeout: 1000 },
      (error, stdout) => resolve(error === null ? stdout : ""),
    );
  });
  const [, name, pid] = /\("([^"]*)",pid=(\d+)/.exec(text) ?? [];
  return pid === undefined ? undefined : `${name} (process ${pid})`;
}

/** The sockets that listen on a port; see proc_pid_net(5). */
async function listeningInodes(port: number): Promise<Set<string>> {
  const inodes = new Set<string>();
  const ending = ":" + port.toString(16).toUpperCase().padStart(4, "0");
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    const text = await readFile(table, "utf8").catch(() => "");
    for (const line of text.split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(ending) && fields[3] === LISTENING) inodes.add(fields[9]);
    }
  }
  return inodes;
}

async function hasSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const fd of await readdir(folder).catch(() => [])) {
    const target = await readlink(`${folder}/${fd}`).catch(() => "");
    if (inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? "")) return true;
  }
  return false;
}

const LISTENING = "0A";
