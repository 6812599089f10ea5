/** Sends text to a Unix socket and closes the connection. */
export async function sendEvents(path: string, ...parts: (string | Uint8Array)[]): Promise<void> {
  using connection = await Deno.connect({ transport: "unix", path });
  for (const part of parts) {
    const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
  }
}
