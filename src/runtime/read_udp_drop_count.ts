import { readFile } from "node:fs/promises";

/**
 * How many datagrams the kernel has thrown away because a socket's buffer was full. Only Linux tells,
 * and Deno only lets a program look that may do everything; elsewhere it is 0.
 *
 * @param host The address that the socket is bound to, in numbers.
 */
export async function readUdpDropCount(host: string, port: number): Promise<number> {
  const table = host.includes(":") ? "/proc/net/udp6" : "/proc/net/udp";
  const text = await readFile(table, "utf8").catch(() => "");
  const wantedPort = port.toString(16).toUpperCase().padStart(4, "0");
  const addresses = hexAddresses(host);
  let count = 0;
  for (const line of text.split("\n").slice(1)) {
    // `12: 0100007F:1FC0 …`, the drops last.
    const columns = line.trim().split(/\s+/);
    const [address, socketPort] = (columns[1] ?? "").split(":");
    if (socketPort !== wantedPort) continue;
    if (addresses.length > 0 && !addresses.includes(address)) continue;
    count += Number(columns.at(-1)) || 0;
  }
  return count;
}

/** How the table may write an IPv4 address: its bytes are in the machine's order. */
function hexAddresses(host: string): string[] {
  const bytes = /^\d+\.\d+\.\d+\.\d+$/.test(host) ? host.split(".").map(Number) : [];
  if (bytes.length === 0) return [];
  const hex = bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, "0"));
  return [hex.join(""), hex.toReversed().join("")];
}
