import process from "node:process";

/**
 * Hosts, as `HOST:PORT`, that an OpenTelemetry SDK in the program sends to, by the environment. Its requests are
 * no work of the program's.
 */
export function telemetryHosts(): ReadonlySet<string> {
  const hosts = new Set<string>();
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^OTEL_EXPORTER_.*ENDPOINT$/.test(name) || value === undefined) continue;
    const host = hostOf(value);
    if (host !== undefined) hosts.add(host);
  }
  return hosts;
}

/** The host of a URL, with its port; `undefined` for what is no URL of HTTP. */
export function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host || undefined : undefined;
}
