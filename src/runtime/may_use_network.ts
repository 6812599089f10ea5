import { isDeno } from "./is_deno.ts";

/**
 * Whether the program may use a network address without the user being asked. Only Deno can say no.
 *
 * @param host A name or an address, an IPv6 address without brackets.
 * @param port 0 for the socket of a program that only sends datagrams, which is bound to any port.
 */
export function mayUseNetwork(host: string, port: number): boolean {
  if (!isDeno()) return true;
  try {
    const name = host.includes(":") ? `[${host}]` : host;
    return Deno.permissions.querySync({ name: "net", host: `${name}:${port}` }).state === "granted";
  } catch {
    // Nothing can be reached at a host that cannot even be parsed.
    return false;
  }
}
