import type { JSX } from "preact";
import { DiffPage } from "./diff/diff_page.tsx";
import { GLOBAL_KEYS } from "./key_bindings.ts";
import { useKeys } from "./keyboard.ts";
import { togglePause } from "./live.ts";
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

function CurrentPage(): JSX.Element {
  const { page, traceId, spanId } = route.value;
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
