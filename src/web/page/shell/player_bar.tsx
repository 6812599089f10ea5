import type { JSX } from "preact";
import {
  playedShare,
  PLAYER_SPEEDS,
  type PlayerState,
  positionText,
} from "../../../views/player.ts";
import { localDateTime } from "../components/local_time.ts";
import { PLAYER_KEYS } from "../key_bindings.ts";
import { useKeys } from "../keyboard.ts";
import {
  leaveMoment,
  playerState,
  seekBy,
  seekTo,
  setSpeed,
  stepSpeed,
  togglePlaying,
} from "./player.ts";

/** The controls of a recording: it is watched again as it happened, or at any of its moments. */
export function PlayerBar(): JSX.Element | null {
  const state = playerState.value;
  return state === undefined || state.fromUnixNano === state.toUnixNano
    ? null
    : <Controls state={state} />;
}

/** As fine as a slider is: more steps than any screen has pixels. */
const STEPS = 10_000;

function Controls({ state }: { state: PlayerState }): JSX.Element {
  useKeys("Player", PLAYER_KEYS, {
    play: togglePlaying,
    faster: () => stepSpeed(1),
    slower: () => stepSpeed(-1),
    forward: () => seekBy(0.01),
    backward: () => seekBy(-0.01),
    far_forward: () => seekBy(0.1),
    far_backward: () => seekBy(-0.1),
  });
  const { atUnixNano, fromUnixNano, toUnixNano, isPlaying, speed } = state;
  const isAtEnd = atUnixNano >= toUnixNano;
  const position = positionText(atUnixNano - fromUnixNano);
  const length = positionText(toUnixNano - fromUnixNano);
  return (
    <section class="player" aria-label="Player">
      <button
        type="button"
        class="tool player-play"
        aria-label={isPlaying ? "Pause the recording" : "Play the recording"}
        title={isPlaying ? "Pause (P)" : "Play (P)"}
        onClick={togglePlaying}
      >
        {isPlaying ? "❚❚" : "▶"}
      </button>
      <input
        class="player-seek"
        type="range"
        min={0}
        max={STEPS}
        value={Math.round(playedShare(state) * STEPS)}
        aria-label="Moment of the recording"
        aria-valuetext={`${position} of ${length}`}
        onInput={({ currentTarget }) => seekTo(Number(currentTarget.value) / STEPS)}
      />
      <span class="player-time" title={localDateTime(atUnixNano)}>
        {position} <span class="dim">/ {length}</span>
      </span>
      <select
        class="tool"
        aria-label="Speed"
        title="Speed ({ and })"
        value={String(speed)}
        onChange={({ currentTarget }) => setSpeed(Number(currentTarget.value))}
      >
        {PLAYER_SPEEDS.map((each) => <option key={each} value={String(each)}>{each}×</option>)}
      </select>
      <button
        type="button"
        class="tool"
        disabled={isAtEnd && !isPlaying}
        title="Show the whole recording"
        onClick={leaveMoment}
      >
        Whole
      </button>
    </section>
  );
}
