import { buildPeer, type PeerName } from "../../scripts/build_peer.ts";
import type { GoBuild } from "../../scripts/build_go.ts";

/** Builds a peer for the tests of one file; where it cannot be had, they are ignored and this says why. */
export async function forPeer(name: PeerName): Promise<GoBuild> {
  const built = await buildPeer(name);
  if (!built.ok) console.log(`Skipping the tests with ${name}: ${built.reason}`);
  return built;
}
