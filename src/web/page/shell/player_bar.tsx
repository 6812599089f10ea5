import type { JSX } from "preact";

/** The controls of a recording that is played. */
export function PlayerBar(): JSX.Element | null {
  return null;
}
