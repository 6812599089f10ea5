import type { Line, Segment } from "../terminal/frame.ts";
import { fitLine, lineWidth } from "../terminal/frame.ts";
import type { KeyInput } from "../terminal/keys.ts";
import {
  changeSpeed,
  pause,
  play,
  playedShare,
  type PlayerState,
  playerText,
  seek,
} from "../views/player.ts";
import { formatDateTime } from "../views/time_text.ts";

/** What keys can make the player do. */
export type PlayerAction =
  | "toggle"
  | "faster"
  | "slower"
  | "forward"
  | "backward"
  | "far_forward"
  | "far_backward"
  | "next_start"
  | "previous_start"
  | "skip_idle"
  | "close";

/** Keys of the player while its bar is open, for the help too. */
export const PLAYER_BINDINGS = [
  { keys: ["space"], action: "toggle", help: "play, pause" },
  { keys: ["+", "="], action: "faster", help: "faster" },
  { keys: ["-"], action: "slower", help: "slower" },
  { keys: ["right"], action: "forward", help: "forward 1 %" },
  { keys: ["left"], action: "backward", help: "back 1 %" },
  { keys: ["shift+right"], action: "far_forward", help: "forward 10 %" },
  { keys: ["shift+left"], action: "far_backward", help: "back 10 %" },
  { keys: ["."], action: "next_start", help: "to the next trace's start" },
  { keys: [","], action: "previous_start", help: "to the one before" },
  { keys: ["i"], action: "skip_idle", help: "skip time in which nothing runs" },
  { keys: ["P", "escape"], action: "close", help: "close the player" },
] as const;

const ACTIONS: ReadonlyMap<string, PlayerAction> = new Map(
  PLAYER_BINDINGS.flatMap(({ keys, action }) => keys.map((key) => [key, action] as const)),
);

/** What a key does in the player, if anything. */
export function playerActionOf(input: KeyInput): PlayerAction | undefined {
  return ACTIONS.get(input.key);
}

/** The player after an action that is its own alone. */
export function updatePlayer(player: PlayerState, action: PlayerAction): PlayerState {
  switch (action) {
    case "toggle":
      return player.isPlaying ? pause(player) : play(player);
    case "faster":
      return changeSpeed(player, 1);
    case "slower":
      return changeSpeed(player, -1);
    case "forward":
      return seekBy(player, 1n);
    case "backward":
      return seekBy(player, -1n);
    case "far_forward":
      return seekBy(player, 10n);
    case "far_backward":
      return seekBy(player, -10n);
    case "skip_idle":
      return { ...player, skipsIdle: !player.skipsIdle };
    default:
      return player;
  }
}

function seekBy(player: PlayerState, percent: bigint): PlayerState {
  const length = player.toUnixNano - player.fromUnixNano;
  return seek(player, player.atUnixNano + length * percent / 100n);
}

/** The line of the player, and which of its columns are the bar that can be clicked. */
export function playerLine(
  player: PlayerState,
  { columns, offsetMinutes }: { columns: number; offsetMinutes: number },
): { line: Line; from: number; to: number } {
  const left: Segment[] = [{ text: ` ${playerText(player)} `, style: { isBold: true } }];
  const time = ` ${formatDateTime(player.atUnixNano, offsetMinutes)} `;
  const from = lineWidth(left);
  const hasTime = from + time.length + MIN_BAR_COLUMNS <= columns;
  const to = Math.max(from, columns - (hasTime ? time.length : 1));
  const done = Math.round(playedShare(player) * Math.max(0, to - from - 1));
  const bar: Segment[] = to <= from ? [] : [
    { text: "━".repeat(done), style: { color: "cyan" } },
    { text: "●", style: { color: "cyan", isBold: true } },
    { text: "─".repeat(to - from - 1 - done), style: { isDim: true } },
  ];
  const right: Segment[] = hasTime ? [{ text: time }] : [];
  return { line: fitLine([...left, ...bar, ...right], columns), from, to };
}

const MIN_BAR_COLUMNS = 10;
