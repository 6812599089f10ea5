import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Copies a text, and says so for a moment. */
export function CopyButton(
  { text, what }: { readonly text: string; readonly what: string },
): JSX.Element {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 1_200);
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <button
      type="button"
      class={`copy ${state}`}
      title={`Copy ${what}`}
      onClick={async (event) => {
        event.stopPropagation();
        setState(await copyText(text) ? "copied" : "failed");
      }}
    >
      <span aria-hidden="true">{state === "copied" ? "✓" : state === "failed" ? "✗" : "⧉"}</span>
      <span class="visually-hidden" role={state === "idle" ? undefined : "status"}>
        {state === "copied" ? "Copied" : state === "failed" ? "Could not copy" : `Copy ${what}`}
      </span>
    </button>
  );
}

/** Puts a text on the clipboard; `false` when the browser refuses. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** Where the clipboard is for secure pages only, which a page of another machine is not. */
function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.setAttribute("aria-hidden", "true");
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  return isCopied;
}
