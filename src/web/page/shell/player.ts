import { effect, type ReadonlySignal, signal } from "@preact/signals";
import {
  changeSpeed,
  createPlayer,
  extend,
  pause,
  play,
  type PlayerState,
  seek,
  seekShare,
  tick,
} from "../../../views/player.ts";
import { moment } from "../components/local_time.ts";
import { liveInfo } from "../live.ts";
import { navigate, route } from "../router.ts";

/** How often the pages are shown another moment while it plays: each time they ask the server. */
const SHOW_EVERY_MS = 250;

const player = signal<PlayerState | undefined>(undefined);

/** The player of the recording; `undefined` where there is none, or its first and last moment are not known. */
export const playerState: ReadonlySignal<PlayerState | undefined> = player;

/** Follows the recording and the address; once. */
export function startPlayer(): void {
  effect(() => {
    const info = liveInfo.value;
    if (
      info === undefined || !info.is_recording || info.start_time === null || info.end_time === null
    ) {
      return;
    }
    const from = moment(info.start_time);
    const to = moment(info.end_time);
    const before = player.peek();
    if (before === undefined) player.value = seek(createPlayer(from, to), to);
    else if (before.fromUnixNano !== from || before.toUnixNano !== to) {
      const wasAtEnd = before.atUnixNano === before.toUnixNano;
      const longer = extend(before, from, to);
      player.value = wasAtEnd && !before.isPlaying ? seek(longer, to) : longer;
    }
  });
  // The address leads, also when one goes back; while it plays, it follows.
  effect(() => {
    const { at } = route.value;
    const state = player.value;
    if (state === undefined || state.isPlaying) return;
    const unixNano = at === undefined ? state.toUnixNano : BigInt(at);
    const next = seek(state, unixNano);
    if (next.atUnixNano !== state.atUnixNano) player.value = next;
  });
}

/** Plays, or stands still. */
export function togglePlaying(): void {
  const state = player.peek();
  if (state === undefined) return;
  if (state.isPlaying) stopPlaying(pause(state));
  else {
    player.value = play(state);
    runPlayer();
  }
}

/** The next speed up, or down. */
export function stepSpeed(step: 1 | -1): void {
  const state = player.peek();
  if (state !== undefined) player.value = changeSpeed(state, step);
}

/** Plays as many seconds of the recording in a second. */
export function setSpeed(speed: number): void {
  const state = player.peek();
  if (state !== undefined) player.value = { ...state, speed };
}

/** Goes to a share of the recording, from 0 to 1. */
export function seekTo(share: number): void {
  const state = player.peek();
  if (state !== undefined) goTo(seekShare(state, Math.min(1, Math.max(0, share))));
}

/** Moves by a share of the recording. */
export function seekBy(share: number): void {
  const state = player.peek();
  if (state === undefined) return;
  const length = Number(state.toUnixNano - state.fromUnixNano);
  goTo(seek(state, state.atUnixNano + BigInt(Math.round(length * share))));
}

/** Shows the whole recording again. */
export function leaveMoment(): void {
  const state = player.peek();
  if (state !== undefined) player.value = seek(pause(state), state.toUnixNano);
  navigate({ at: undefined });
}

function goTo(state: PlayerState): void {
  player.value = state;
  showMoment(state);
}

function stopPlaying(state: PlayerState): void {
  // The address first: it leads as soon as nothing plays.
  showMoment(state);
  player.value = state;
}

function showMoment({ atUnixNano, toUnixNano }: PlayerState): void {
  navigate({ at: atUnixNano >= toUnixNano ? undefined : String(atUnixNano) }, "replace");
}

let lastTickMs = 0;
let lastShownMs = 0;
let isRunning = false;

function runPlayer(): void {
  lastTickMs = performance.now();
  if (isRunning) return;
  isRunning = true;
  requestAnimationFrame(step);
}

function step(nowMs: number): void {
  const state = player.peek();
  if (state === undefined || !state.isPlaying) {
    isRunning = false;
    return;
  }
  const next = tick(state, nowMs - lastTickMs);
  lastTickMs = nowMs;
  if (!next.isPlaying) {
    isRunning = false;
    stopPlaying(next);
    return;
  }
  player.value = next;
  if (nowMs - lastShownMs >= SHOW_EVERY_MS) {
    lastShownMs = nowMs;
    showMoment(next);
  }
  requestAnimationFrame(step);
}
