import { InvalidArgumentError } from "commander";
import { type HostPort, parseHostPort } from "./host_port.ts";

/** The options of every command that can show the browser view. */
export const WEB_OPTION = [
  "--web",
  "show it in the browser: prints the address and opens it",
] as const;
/** See {@linkcode WEB_OPTION}. */
export const WEB_ADDRESS_OPTION = [
  "--web-address <address>",
  "serve the browser view at HOST:PORT (default: 127.0.0.1:8722); beyond this machine browsers need a token",
] as const;
/** See {@linkcode WEB_OPTION}. */
export const NO_OPEN_OPTION = ["--no-open", "do not open the browser"] as const;

/** What these options say. */
export interface WebOptions {
  readonly web?: boolean;
  readonly webAddress?: HostPort;
  readonly open: boolean;
}

/** Whether the browser view is wanted: who says where wants it. */
export function wantsWeb({ web, webAddress }: WebOptions): boolean {
  return web === true || webAddress !== undefined;
}

/** Parses the value of `--web-address`. */
export function parseWebAddress(text: string): HostPort {
  try {
    return parseHostPort(text);
  } catch {
    throw new InvalidArgumentError("Expected HOST:PORT (port 0: any free one).");
  }
}
