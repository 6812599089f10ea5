import { render } from "preact";
import { App } from "./app.tsx";
import { embeddedApi } from "./embedded_api.ts";
import { HttpApi } from "./http_api.ts";
import { startKeyboard } from "./keyboard.ts";
import { startLive } from "./live.ts";
import { startRouter } from "./router.ts";
import { startPlayer } from "./shell/player.ts";
import { startTheme } from "./theme.ts";

startTheme();
startRouter();
startKeyboard();
startLive(embeddedApi(document) ?? new HttpApi());
startPlayer();
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
