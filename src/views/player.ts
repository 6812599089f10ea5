/** Where a player stands: a value, changed by the functions below. */
export interface PlayerState {
  /** The first moment of the recording, in nanoseconds since the Unix epoch. */
  readonly fromUnixNano: bigint;
  /** The last one. */
  readonly toUnixNano: bigint;
  /** The moment that is shown. */
  readonly atUnixNano: bigint;
  /** How many seconds of the recording pass in a second. */
  readonly speed: number;
  readonly isPlaying: boolean;
  /** Whether time in which nothing runs is passed over. */
  readonly skipsIdle: boolean;
}

/** The speeds there are to choose from. */
export const PLAYER_SPEEDS: readonly number[] = [
  ...[0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
];

/** A player at the beginning of a recording, which does not play yet. */
export function createPlayer(fromUnixNano: bigint, toUnixNano: bigint): PlayerState {
  return {
    fromUnixNano,
    toUnixNano: toUnixNano < fromUnixNano ? fromUnixNano : toUnixNano,
    atUnixNano: fromUnixNano,
    speed: 1,
    isPlaying: false,
    skipsIdle: false,
  };
}

/** Plays on, from the beginning when the end was reached. */
export function play(player: PlayerState): PlayerState {
  const { fromUnixNano, toUnixNano, atUnixNano } = player;
  const at = atUnixNano >= toUnixNano ? fromUnixNano : atUnixNano;
  return { ...player, atUnixNano: at, isPlaying: fromUnixNano < toUnixNano };
}

/** Stands still. */
export function pause(player: PlayerState): PlayerState {
  return { ...player, isPlaying: false };
}

/** Goes to a moment, to the nearest there is. */
export function seek(player: PlayerState, unixNano: bigint): PlayerState {
  const { fromUnixNano, toUnixNano } = player;
  const at = unixNano < fromUnixNano ? fromUnixNano : unixNano > toUnixNano ? toUnixNano : unixNano;
  return { ...player, atUnixNano: at };
}

/** Goes to a share of the recording, from 0 to 1: what was clicked on a bar. */
export function seekShare(player: PlayerState, share: number): PlayerState {
  const length = player.toUnixNano - player.fromUnixNano;
  return seek(player, player.fromUnixNano + BigInt(Math.round(Number(length) * share)));
}

/** How far the recording has been played, from 0 to 1. */
export function playedShare({ fromUnixNano, toUnixNano, atUnixNano }: PlayerState): number {
  const length = Number(toUnixNano - fromUnixNano);
  return length === 0 ? 1 : Number(atUnixNano - fromUnixNano) / length;
}

/**
 * Goes to a moment and stands still there, so that what happened can be looked at.
 *
 * @param unixNano From `Playback.nextStart` or `nextMoment`; `undefined` when there is none: nothing changes.
 */
export function stepTo(player: PlayerState, unixNano: bigint | undefined): PlayerState {
  return unixNano === undefined ? player : pause(seek(player, unixNano));
}

/** The next speed up, or down; the last one stays. */
export function changeSpeed(player: PlayerState, step: 1 | -1): PlayerState {
  const { speed } = player;
  const next = step > 0
    ? PLAYER_SPEEDS.find((each) => each > speed)
    : PLAYER_SPEEDS.findLast((each) => each < speed);
  return next === undefined ? player : { ...player, speed: next };
}

/** The same recording, which has become longer or turns out to be. */
export function extend(
  player: PlayerState,
  fromUnixNano: bigint,
  toUnixNano: bigint,
): PlayerState {
  return seek({ ...player, fromUnixNano, toUnixNano }, player.atUnixNano);
}

/**
 * Lets time pass.
 *
 * @param elapsedMs How much has passed for who watches, in milliseconds.
 * @param nextActivity When something runs at a moment or afterwards: the first such moment, not before it;
 * `undefined` when there is none. Only asked when idle time is passed over.
 */
export function tick(
  player: PlayerState,
  elapsedMs: number,
  nextActivity?: (unixNano: bigint) => bigint | undefined,
): PlayerState {
  if (!player.isPlaying) return player;
  const { atUnixNano, toUnixNano, speed } = player;
  let at = atUnixNano + BigInt(Math.round(Math.max(0, elapsedMs) * speed * 1e6));
  if (player.skipsIdle && nextActivity !== undefined) at = nextActivity(at) ?? toUnixNano;
  return at >= toUnixNano
    ? { ...player, atUnixNano: toUnixNano, isPlaying: false }
    : { ...player, atUnixNano: at };
}

/** A player in one line: `▶ 2× 00:01.250 / 00:12.000`. */
export function playerText(player: PlayerState): string {
  const { fromUnixNano, toUnixNano, atUnixNano, speed, isPlaying, skipsIdle } = player;
  const position = positionText(atUnixNano - fromUnixNano);
  const end = positionText(toUnixNano - fromUnixNano);
  const skipping = skipsIdle ? "  skips idle time" : "";
  return `${isPlaying ? "▶" : "⏸"} ${speed}× ${position} / ${end}${skipping}`;
}

/** A length of time as players show it: `00:01.250`, `1:02:03.000`. */
export function positionText(nano: bigint): string {
  const ms = (nano < 0n ? 0n : nano) / 1_000_000n;
  const [hours, minutes, seconds] = [ms / 3_600_000n, ms / 60_000n % 60n, ms / 1000n % 60n];
  const rest = `${pad(minutes, 2)}:${pad(seconds, 2)}.${pad(ms % 1000n, 3)}`;
  return hours > 0n ? `${hours}:${rest}` : rest;
}

function pad(value: bigint, digits: number): string {
  return String(value).padStart(digits, "0");
}
