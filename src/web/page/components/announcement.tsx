import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Screen readers speak every change, so live figures change for them less often than for the eye. */
const EVERY_MS = 10_000;

/** Says something to screen readers alone: at once, and its changes now and then. */
export function Announcement({ text }: { text: string }): JSX.Element {
  const [spoken, setSpoken] = useState(text);
  const last = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, last.current + EVERY_MS - performance.now());
    const timer = setTimeout(() => {
      last.current = performance.now();
      setSpoken(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text]);
  return <span class="visually-hidden" role="status" aria-live="polite">{spoken}</span>;
}
