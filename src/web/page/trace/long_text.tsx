import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { escapeText } from "../../../terminal/escape_text.ts";
import { formatCount } from "../../../views/count_text.ts";

/** A text of any length: its beginning, and all of it when it is asked for. Line breaks stay. */
export function LongText(
  { text, isCode }: { readonly text: string; readonly isCode?: boolean },
): JSX.Element {
  const isAll = useSignal(false);
  const isLong = text.length > SHOWN_CHARACTERS || lineCount(text, SHOWN_LINES) > SHOWN_LINES;
  const shown = isLong && !isAll.value ? beginning(text) : text;
  return (
    <div class="long-text">
      {text === ""
        ? <span class="dim">(empty)</span>
        : <bdi class={isCode ? "value code" : "value"}>{escapeLines(shown)}</bdi>}
      {isLong && (
        <button
          type="button"
          class="link-button"
          onClick={() => isAll.value = !isAll.value}
        >
          {isAll.value ? "Show less" : `Show all (${formatCount(text.length)} characters)`}
        </button>
      )}
    </div>
  );
}

/** Controls and bidi marks get a visible form, line by line; lines and tabs stay what they are. */
export function escapeLines(text: string): string {
  return text.split("\n").map((line) => line.split("\t").map(escapeText).join("\t")).join("\n");
}

function beginning(text: string): string {
  const part = text.slice(0, SHOWN_CHARACTERS).toWellFormed();
  return part.split("\n", SHOWN_LINES).join("\n") + "…";
}

function lineCount(text: string, most: number): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at >= 0 && count <= most; at = text.indexOf("\n", at + 1)) {
    count++;
  }
  return count;
}

const SHOWN_CHARACTERS = 1_000;
const SHOWN_LINES = 16;
