import type { CliIo } from "./io.ts";
import type { Session } from "./session.ts";
import { printNotice } from "./session_options.ts";
import { wantsWeb, type WebOptions } from "./web_options.ts";
import type { WebProcess } from "./web_process.ts";

/**
 * Shows a session in the browser, if that is wanted.
 *
 * @returns `undefined` when it is not wanted, or could not be done.
 */
export async function showSessionInBrowser(
  io: CliIo,
  session: Session,
  options: WebOptions,
): Promise<WebProcess | undefined> {
  if (!wantsWeb(options)) return undefined;
  const { startWebProcess } = await import("./web_process.ts");
  const onNotice = printNotice(io);
  const web = await startWebProcess({
    socket: session.info.socket,
    address: options.webAddress,
    onNotice,
  });
  if (web === undefined || !options.open) return web;
  const { openForUser } = await import("./view_web.ts");
  await openForUser(io, io.stderr, web.url, onNotice);
  return web;
}
