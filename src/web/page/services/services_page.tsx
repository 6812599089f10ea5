import type { JSX } from "preact";

export function ServicesPage(): JSX.Element {
  return <p>soon</p>;
}
