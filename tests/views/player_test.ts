import { assertEquals } from "@std/assert";
import {
  changeSpeed,
  createPlayer,
  extend,
  pause,
  play,
  playedShare,
  playerText,
  positionText,
  seek,
  seekShare,
  stepTo,
  tick,
} from "../../src/views/player.ts";
import { START } from "./_spans.ts";

const SECOND = 1_000_000_000n;
const PLAYER = createPlayer(START, START + 12n * SECOND);

Deno.test("a player passes time at its speed while it plays, and stops at the end", () => {
  assertEquals(tick(PLAYER, 500), PLAYER);
  const fast = { ...play(PLAYER), speed: 2 };
  const later = tick(fast, 625);
  assertEquals(later.atUnixNano, START + SECOND * 5n / 4n);
  assertEquals(playerText(later), "▶ 2× 00:01.250 / 00:12.000");
  const end = tick(later, 1e9);
  assertEquals([end.atUnixNano, end.isPlaying], [PLAYER.toUnixNano, false]);
  assertEquals(play(end).atUnixNano, START);
  assertEquals(playerText(pause(later)), "⏸ 2× 00:01.250 / 00:12.000");
});

Deno.test("a player goes to any moment there is", () => {
  assertEquals(seek(PLAYER, 0n).atUnixNano, START);
  assertEquals(seek(PLAYER, START * 2n).atUnixNano, PLAYER.toUnixNano);
  assertEquals(seekShare(PLAYER, 0.25).atUnixNano, START + 3n * SECOND);
  assertEquals(playedShare(seekShare(PLAYER, 0.25)), 0.25);
  const stepped = stepTo(play(PLAYER), START + 5n);
  assertEquals([stepped.atUnixNano, stepped.isPlaying], [START + 5n, false]);
  assertEquals(stepTo(stepped, undefined), stepped);
});

Deno.test("speeds go from 0.1 to 1000 and stop there", () => {
  let player = PLAYER;
  for (let i = 0; i < 30; i++) player = changeSpeed(player, 1);
  assertEquals(player.speed, 1000);
  for (let i = 0; i < 30; i++) player = changeSpeed(player, -1);
  assertEquals(player.speed, 0.1);
});

Deno.test("idle time is passed over when that was asked for", () => {
  const next = (at: bigint) => at < START + 9n * SECOND ? START + 9n * SECOND : at;
  const plays = play(PLAYER);
  assertEquals(tick(plays, 100, next).atUnixNano, START + SECOND / 10n);
  const skips = { ...plays, skipsIdle: true };
  assertEquals(tick(skips, 100, next).atUnixNano, START + 9n * SECOND);
  assertEquals(tick(skips, 100, () => undefined).isPlaying, false);
});

Deno.test("a recording that grows or is empty has a player, too", () => {
  assertEquals(extend(seek(PLAYER, START + 5n), START, START + 99n).atUnixNano, START + 5n);
  const empty = createPlayer(START, START);
  assertEquals(play(empty).isPlaying, false);
  assertEquals(playedShare(empty), 1);
  assertEquals(positionText(3_723_004n * 1_000_000n), "1:02:03.004");
});
