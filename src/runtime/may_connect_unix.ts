import { isDeno } from "./is_deno.ts";

/**
 * Whether the program may connect to a Unix socket without the user being asked. Only Deno can say no:
 * it wants read and write access to the path and, in newer versions, network access to `unix:PATH`.
 */
export function mayConnectUnix(path: string): boolean {
  if (!isDeno()) return true;
  return isGranted({ name: "read", path }) && isGranted({ name: "write", path }) &&
    mayUseNetwork(path);
}

function mayUseNetwork(path: string): boolean {
  try {
    return isGranted({ name: "net", host: `unix:${path}` });
  } catch {
    // A version that cannot parse such a host does not want the permission either.
    return true;
  }
}

function isGranted(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}
