import type { JSX } from "preact";

export function StatsPage(): JSX.Element {
  return <p>soon</p>;
}
