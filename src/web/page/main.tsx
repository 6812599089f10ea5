import { render } from "preact";
import { App } from "./app.tsx";
import { HttpApi } from "./http_api.ts";
import { startKeyboard } from "./keyboard.ts";
import { startLive } from "./live.ts";
import { startRouter } from "./router.ts";
import { startPlayer } from "./shell/player.ts";
import { startTheme } from "./theme.ts";

startTheme();
startRouter();
startKeyboard();
startLive(new HttpApi());
startPlayer();
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
