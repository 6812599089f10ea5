import { lookup } from "node:dns/promises";
import { lstat } from "node:fs/promises";
import type { SocketAddress } from "../model/socket_address.ts";
import { openSocket } from "../transport/open_socket.ts";
import type { Target } from "../transport/target.ts";

/**
 * Looks whether somebody is there before a file is read, which can take a while.
 *
 * @param timeoutMs How long to wait for an answer, in milliseconds.
 * @returns Why nobody can be reached; `undefined` when somebody can, or when the protocol cannot tell.
 */
export async function reachTarget(
  target: Target,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const address = addressOf(target);
  if (address.transport === "udp") return undefined;
  if (address.transport === "unix" && !await exists(address.path)) return "there is no such socket";
  const attempt = openSocket(address);
  if (attempt === undefined) return "the program is not permitted to connect to it";
  let isLate = false;
  const giveUp = (): void => attempt.giveUp?.();
  const timer = setTimeout(() => {
    isLate = true;
    giveUp();
  }, timeoutMs);
  signal.addEventListener("abort", giveUp);
  const socket = await attempt.socket;
  clearTimeout(timer);
  signal.removeEventListener("abort", giveUp);
  await socket?.close();
  if (socket !== undefined || signal.aborted) return undefined;
  if (isLate) return "it does not answer";
  return address.transport === "tcp" && !await isKnownHost(address.host)
    ? "no such host is known"
    : "nobody listens there";
}

function addressOf(target: Target): SocketAddress {
  if ("address" in target) return target.address;
  const { hostname, port, protocol } = target.url;
  return {
    transport: "tcp",
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || (protocol === "https:" ? 443 : 80)),
  };
}

async function isKnownHost(host: string): Promise<boolean> {
  try {
    await lookup(host);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOTFOUND";
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}
