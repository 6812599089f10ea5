import type { JSX } from "preact";
import { formatCount } from "../../../views/count_text.ts";
import { Text } from "../components/text.tsx";
import { isPaused, liveInfo, serverLink, togglePause } from "../live.ts";
import { markedTraces } from "../marks.ts";
import type { PageName, Route } from "../route.ts";
import { navigate, pageRoute, route, routeUrl } from "../router.ts";
import { chooseTheme, type ThemeChoice, themeChoice } from "../theme.ts";
import { isHelpOpen } from "./help_dialog.tsx";

/** What stands above every page: where one is, what is shown, and whether it is live. */
export function Header(): JSX.Element {
  const info = liveInfo.value;
  const marks = markedTraces.value;
  return (
    <header class="header">
      <a class="brand" href={routeUrl(pageRoute("traces"))} onClick={follow(pageRoute("traces"))}>
        <img src={ICON} alt="" width="20" height="20" />
        <span>trace</span>
      </a>
      <span class="source">{info !== undefined && <Text value={info.title} />}</span>
      <nav class="tabs" aria-label="Pages">
        <Tab page="traces" title="Traces" count={info?.traces} />
        <Tab page="stats" title="Statistics" />
        <Tab page="services" title="Services" />
        <Tab page="diff" title="Compare" count={marks.length > 0 ? marks.length : undefined} />
      </nav>
      <div class="header-tools">
        <LinkState />
        {info?.connection === "live" && (
          <button
            type="button"
            class="tool"
            aria-pressed={isPaused.value}
            title={isPaused.value ? "Go on (p)" : "Let the page stand still (p)"}
            onClick={togglePause}
          >
            {isPaused.value ? "▶ Go on" : "❚❚ Pause"}
          </button>
        )}
        <ThemeButton />
        <button
          type="button"
          class="tool"
          title="Keys (?)"
          aria-label="Keys"
          onClick={() => isHelpOpen.value = true}
        >
          ?
        </button>
      </div>
    </header>
  );
}

/** The icon of the page, whose address the server has put into it. */
const ICON = document.querySelector<HTMLLinkElement>("link[rel=icon]")?.href ?? "";

/** Goes to a route without loading the page anew; clicks that open tabs stay the browser's. */
export function follow(target: Route): (event: MouseEvent) => void {
  return (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    navigate(target);
  };
}

/** The route of a page as its tab leads to it: the comparison is of the marked traces. */
export function tabRoute(page: Exclude<PageName, "trace" | "unknown">): Route {
  const [a, b] = markedTraces.value;
  const target = pageRoute(page);
  if (page !== "diff" || a === undefined || b === undefined) return target;
  return { ...target, more: { a: a.traceId, b: b.traceId } };
}

function Tab(
  { page, title, count }: {
    page: Exclude<PageName, "trace" | "unknown">;
    title: string;
    count?: number;
  },
): JSX.Element {
  const here = route.value.page;
  const isCurrent = here === page || here === "trace" && page === "traces";
  const target = tabRoute(page);
  return (
    <a
      class="tab"
      href={routeUrl(target)}
      aria-current={isCurrent ? (here === page ? "page" : "true") : undefined}
      onClick={follow(target)}
    >
      {title}
      {count !== undefined && <span class="tab-count">{formatCount(count)}</span>}
    </a>
  );
}

/** Whether spans still come, in a word and a colour. */
function LinkState(): JSX.Element | null {
  const info = liveInfo.value;
  if (serverLink.value === "lost") return <State name="lost" text="Server gone" />;
  if (info === undefined) return <State name="loading" text="Connecting" />;
  switch (info.connection) {
    case "loading":
      return (
        <State
          name="loading"
          text={info.progress === undefined
            ? "Reading"
            : `Reading ${Math.floor(info.progress * 100)}%`}
        />
      );
    case "live":
      return isPaused.value
        ? <State name="paused" text="Paused" />
        : <State name="live" text="Live" />;
    case "ended":
      return <State name="ended" text="Session ended" />;
    case "failed":
      return <State name="lost" text="Failed" />;
    case "end_of_file":
      return <State name="ended" text="Recording" />;
  }
}

function State({ name, text }: { name: string; text: string }): JSX.Element {
  return (
    <span class={`link-state is-${name}`}>
      <span class="link-dot" aria-hidden="true" />
      {text}
    </span>
  );
}

const THEMES: readonly { choice: ThemeChoice; sign: string; title: string }[] = [
  { choice: "auto", sign: "◐", title: "Theme: as the system" },
  { choice: "light", sign: "☀", title: "Theme: light" },
  { choice: "dark", sign: "☾", title: "Theme: dark" },
];

/** Light, dark, as the system, and over again. */
export function nextTheme(): void {
  const index = THEMES.findIndex(({ choice }) => choice === themeChoice.value);
  chooseTheme(THEMES[(index + 1) % THEMES.length].choice);
}

function ThemeButton(): JSX.Element {
  const { sign, title } = THEMES.find(({ choice }) => choice === themeChoice.value) ?? THEMES[0];
  return (
    <button
      type="button"
      class="tool"
      aria-label={title}
      title={`${title} (T)`}
      onClick={nextTheme}
    >
      {sign}
    </button>
  );
}
