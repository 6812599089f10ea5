import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildGo, type GoBuild } from "./build_go.ts";
import { pathExists } from "./path_exists.ts";

/** Other people's programs that tests and benchmarks run; `tests/peers` has a folder for each. */
export type PeerName = "jaeger" | "otelcol" | "otel-tui" | "telemetrygen";

/** The package of each program that is published as one; the others are put together in their folder. */
const PACKAGES: Readonly<Partial<Record<PeerName, string>>> = {
  jaeger: "github.com/jaegertracing/jaeger/cmd/jaeger",
  "otel-tui": "github.com/ymtdzzz/otel-tui",
  telemetrygen: "github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen",
};

/**
 * Builds a peer from its published modules, once: they take minutes. The program is kept in the user's
 * cache (`$XDG_CACHE_HOME/trace-peers`, else `~/.cache/trace-peers`), and built anew when what it is made
 * of changes.
 */
export async function buildPeer(name: PeerName): Promise<GoBuild> {
  const source = fileURLToPath(new URL(`../tests/peers/${name}`, import.meta.url));
  const folder = join(
    Deno.env.get("XDG_CACHE_HOME") ?? join(homedir(), ".cache"),
    "trace-peers",
  );
  const path = join(folder, `${name}-${await fingerprint(source)}`);
  if (await pathExists(path)) return { ok: true, path };
  console.log(`Building ${name}, which takes minutes the first time`);
  await Deno.mkdir(folder, { recursive: true });
  const work = await Deno.makeTempDir({ dir: folder, prefix: "build-" });
  try {
    const built = await buildGo({ source, folder: work, name, package: PACKAGES[name] });
    if (!built.ok) return built;
    // Whole at once: another run may be looking for it.
    await Deno.rename(built.path, path);
    return { ok: true, path };
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** Differs when the versions or the sources do. */
async function fingerprint(source: string): Promise<string> {
  const hash = createHash("sha256");
  const names = await Array.fromAsync(Deno.readDir(source), (entry) => entry.name);
  for (const name of names.sort()) {
    hash.update(name + "\0").update(await Deno.readFile(join(source, name)));
  }
  return hash.digest("hex").slice(0, 12);
}
