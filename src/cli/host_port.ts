/** An address of this machine to listen on. */
export interface HostPort {
  /** Name or address, an IPv6 address without brackets. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/**
 * Parses `HOST:PORT`, `[IPV6]:PORT`, `:PORT` or `PORT`; without a host it is 127.0.0.1.
 *
 * @throws {SyntaxError} When it is none of these.
 */
export function parseHostPort(text: string): HostPort {
  const match = /^(?:(?:\[([\da-f:.]+)\]|([^:/?#@[\]\s]*)):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) throw new SyntaxError("Expected HOST:PORT");
  return { host: match[1] || match[2] || "127.0.0.1", port };
}

/** Writes an address as {@linkcode parseHostPort} reads it. */
export function formatHostPort({ host, port }: HostPort): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
