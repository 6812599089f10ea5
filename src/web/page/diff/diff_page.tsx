import type { JSX } from "preact";

export function DiffPage(): JSX.Element {
  return <p>soon</p>;
}
