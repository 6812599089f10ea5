import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { shownText } from "./components/text.tsx";
import { DiffPage } from "./diff/diff_page.tsx";
import { GLOBAL_KEYS } from "./key_bindings.ts";
import { useKeys } from "./keyboard.ts";
import { liveInfo, togglePause } from "./live.ts";
import type { PageName } from "./route.ts";
import { navigate, pageRoute, route } from "./router.ts";
import { ServicesPage } from "./services/services_page.tsx";
import { Header, nextTheme, tabRoute } from "./shell/header.tsx";
import { HelpDialog, isHelpOpen } from "./shell/help_dialog.tsx";
import { Notices } from "./shell/notices.tsx";
import { PlayerBar } from "./shell/player_bar.tsx";
import { StatusBar } from "./shell/status_bar.tsx";
import { StatsPage } from "./stats/stats_page.tsx";
import { TracePage } from "./trace/trace_page.tsx";
import { TracesPage } from "./traces/traces_page.tsx";

/** The browser view: one of its pages, and what stands around each of them. */
export function App(): JSX.Element {
  useKeys("Everywhere", GLOBAL_KEYS, {
    help: () => {
      isHelpOpen.value = true;
    },
    search: () => document.querySelector<HTMLInputElement>("[data-search]")?.focus(),
    pause: togglePause,
    traces: () => navigate(tabRoute("traces")),
    stats: () => navigate(tabRoute("stats")),
    services: () => navigate(tabRoute("services")),
    diff: () => navigate(tabRoute("diff")),
    theme: nextTheme,
  });
  return (
    <>
      <a class="skip-link" href="#main">Skip to the content</a>
      <Header />
      <Notices />
      <main id="main" class="main" tabIndex={-1}>
        <CurrentPage />
      </main>
      <PlayerBar />
      <StatusBar />
      <HelpDialog />
    </>
  );
}

/** What tabs and bookmarks are called. */
const TITLES: Readonly<Record<Exclude<PageName, "trace">, string>> = {
  traces: "Traces",
  stats: "Statistics",
  services: "Services",
  diff: "Comparison",
  unknown: "Not found",
};

function CurrentPage(): JSX.Element {
  const { page, traceId, spanId } = route.value;
  const title = liveInfo.value?.title;
  useEffect(() => {
    // The page of a trace is called like its root span.
    if (page === "trace") return;
    document.title = [TITLES[page], shownText(title ?? "", 60), "trace"].filter((part) =>
      part !== ""
    )
      .join(" · ");
  }, [page, title]);
  switch (page) {
    case "traces":
      return <TracesPage />;
    case "trace":
      return <TracePage id={traceId ?? ""} spanId={spanId} />;
    case "stats":
      return <StatsPage />;
    case "services":
      return <ServicesPage />;
    case "diff":
      return <DiffPage />;
    case "unknown":
      return (
        <div class="empty">
          <h1>There is no such page</h1>
          <button type="button" class="button" onClick={() => navigate(pageRoute("traces"))}>
            Go to the traces
          </button>
        </div>
      );
  }
}
