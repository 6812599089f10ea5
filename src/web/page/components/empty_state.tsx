import type { JSX } from "preact";
import { liveInfo, serverLink } from "../live.ts";
import type { ApiError } from "../page_api.ts";
import { navigate, route } from "../router.ts";
import { shownText } from "./text.tsx";

/**
 * What to say where there is nothing to show, and what to do next.
 *
 * @param what What there would be: "traces".
 */
export function EmptyState(
  { what, isLoading, error }: { what: string; isLoading: boolean; error?: ApiError },
): JSX.Element {
  const { where, more, at } = route.value;
  const info = liveInfo.value;
  if (error !== undefined && error.reason === "query") {
    return (
      <div class="empty">
        <h2>The query cannot be read</h2>
        <p>See above where.</p>
      </div>
    );
  }
  if (error !== undefined && error.reason !== "away") {
    return (
      <div class="empty">
        <h2>The {what} could not be loaded</h2>
        <p>{shownText(error.message)}</p>
      </div>
    );
  }
  if (serverLink.value === "lost") {
    return (
      <div class="empty">
        <h2>The server does not answer</h2>
        <p>
          Start it again: <code>trace view --web</code>
        </p>
      </div>
    );
  }
  if (isLoading || info === undefined || info.connection === "loading") {
    return (
      <div class="empty is-quiet">
        <p>Loading…</p>
      </div>
    );
  }
  if (info.spans === 0) {
    return (
      <div class="empty">
        <h2>No spans yet</h2>
        <p>
          {info.connection === "live"
            ? "Run a program with:"
            : "There are none in this source. Start with:"}
        </p>
        <p>
          <code>trace run -- COMMAND</code>
        </p>
      </div>
    );
  }
  if (where !== "" || more["after"] !== undefined || more["before"] !== undefined) {
    return (
      <div class="empty">
        <h2>No {what} found</h2>
        <p>None of {info.traces.toLocaleString("en")} traces has what is asked for.</p>
        <button
          type="button"
          class="button"
          onClick={() => {
            const { after: _after, before: _before, ...rest } = more;
            navigate({ where: "", more: rest });
          }}
        >
          Show all
        </button>
      </div>
    );
  }
  if (at !== undefined) {
    return (
      <div class="empty">
        <h2>Nothing has happened yet at this moment</h2>
        <button type="button" class="button" onClick={() => navigate({ at: undefined })}>
          Go to the end
        </button>
      </div>
    );
  }
  return (
    <div class="empty is-quiet">
      <p>There are no {what}.</p>
    </div>
  );
}
