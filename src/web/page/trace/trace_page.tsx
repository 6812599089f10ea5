import type { JSX } from "preact";

/** The page of one trace. */
export function TracePage(props: { id: string; spanId: string | undefined }): JSX.Element {
  return <p>{props.id}</p>;
}
