import { useEffect, useState } from "preact/hooks";
import { serverNowUnixNano } from "./live.ts";

/**
 * The server's time, ten times a second: running spans grow with it.
 *
 * @param isRunning Whether anything grows; nothing is drawn anew otherwise.
 */
export function useNow(isRunning: boolean): bigint {
  const [now, setNow] = useState(serverNowUnixNano);
  useEffect(() => {
    if (!isRunning) return;
    setNow(serverNowUnixNano());
    const timer = setInterval(() => setNow(serverNowUnixNano()), 100);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}
