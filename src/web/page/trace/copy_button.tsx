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
      <svg aria-hidden="true" viewBox="0 0 16 16" width="13" height="13">
        <path d={ICONS[state]} fill="none" stroke="currentColor" stroke-width="1.5" />
      </svg>
      <span class="visually-hidden" role={state === "idle" ? undefined : "status"}>
        {state === "copied" ? "Copied" : state === "failed" ? "Could not copy" : `Copy ${what}`}
      </span>
    </button>
  );
}

const ICONS = {
  idle: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  copied: "M3 8.5l3.5 3.5L13 4.5",
  failed: "M4 4l8 8M12 4l-8 8",
};

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
