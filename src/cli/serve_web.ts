import { hostname } from "node:os";
import { AccessToken } from "../receivers/access_token.ts";
import { describeBindError } from "../receivers/describe_bind_error.ts";
import { isLoopback } from "../receivers/is_loopback.ts";
import { describePortHolder } from "../runtime/describe_port_holder.ts";
import { errorCode } from "../runtime/error_code.ts";
import { TOKEN_PARAMETER } from "../web/page_access.ts";
import { APP_CSS, APP_JS, ICON_SVG, INDEX_HTML } from "../web/page_assets.generated.ts";
import { WebServer, type WebServerOptions } from "../web/web_server.ts";
import type { WebSource } from "../web/web_source.ts";
import { CommandError } from "./command_error.ts";
import { readToken } from "./describe_token.ts";
import { formatHostPort, type HostPort } from "./host_port.ts";
import type { CliIo } from "./io.ts";
import { VERSION } from "./version.ts";

/** A browser view that is being served. */
export interface ServedWeb extends AsyncDisposable {
  /**
   * The address of the page, for people: with the token where one is needed.
   *
   * @param path One of the page's, such as `/t/ID`. @default "/"
   */
  url(path?: string): string;
  /** The same for a browser on this machine. */
  localUrl(path?: string): string;
}

/** Options of {@linkcode serveWeb}. */
export interface ServeWebOptions {
  /** Where to listen. @default 127.0.0.1:8722, or any free port when another process has that */
  readonly address?: HostPort;
  /** Told of a port that another process has. */
  readonly onNotice: (message: string) => void;
}

/** Where the browser view is when nobody says otherwise: TRAC on the keys of a telephone. */
export const DEFAULT_WEB_ADDRESS: HostPort = { host: "127.0.0.1", port: 8722 };

/**
 * Serves the browser view of a source until it is disposed of.
 *
 * @throws {CommandError} When the address that was asked for cannot be listened on.
 */
export async function serveWeb(
  io: CliIo,
  source: WebSource,
  options: ServeWebOptions,
): Promise<ServedWeb> {
  const { onNotice } = options;
  const { host, port } = options.address ?? DEFAULT_WEB_ADDRESS;
  const token = isLoopback(host) ? undefined : new AccessToken(readToken(io));
  const serverOptions: WebServerOptions = {
    source,
    page: INDEX_HTML,
    assets: [APP_JS, APP_CSS, ICON_SVG],
    version: VERSION,
    token,
  };
  const server = await WebServer.listen(host, port, serverOptions).catch(async (error) => {
    const holder = await describePortHolder(port);
    if (options.address !== undefined || errorCode(error) !== "EADDRINUSE") {
      throw new CommandError(
        `Cannot serve the browser view at ${formatHostPort({ host, port })}: ` +
          describeBindError(error, holder),
      );
    }
    const other = await WebServer.listen(host, 0, serverOptions);
    onNotice(
      `serves the browser view at port ${other.port}: ${holder ?? "another process"} has ${port}`,
    );
    return other;
  });
  if (token !== undefined) {
    onNotice(
      "serves the browser view to the network: browsers there need the token in its address",
    );
  }
  const serving = server.serve();
  const isEverywhere = host === "0.0.0.0" || host === "::";
  function address(name: string, path: string): string {
    const url = new URL(path, `http://${formatHostPort({ host: name, port: server.port })}`);
    // By an address of its network even this machine is a stranger to itself.
    if (token !== undefined && !isLoopback(name)) url.searchParams.set(TOKEN_PARAMETER, token.text);
    return url.href;
  }
  return {
    url: (path = "/") => address(isEverywhere ? hostname() : host, path),
    localUrl: (path = "/") => address(isEverywhere ? "127.0.0.1" : host, path),
    async [Symbol.asyncDispose](): Promise<void> {
      await server.close();
      await serving;
    },
  };
}
