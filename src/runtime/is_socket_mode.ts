/**
 * Whether a file's mode is that of a socket. `isSocket()` of `node:fs` says no to every file in
 * Deno 2.4.
 *
 * @param mode As `lstat` gives it, see inode(7).
 */
export function isSocketMode(mode: number): boolean {
  return (mode & 0o170000) === 0o140000;
}
