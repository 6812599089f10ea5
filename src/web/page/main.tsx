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
<<<<<<< HEAD
startLive(embeddedApi(document) ?? new HttpApi());
=======
startLive(new HttpApi());
startPlayer();
>>>>>>> 9b232ad (Play recordings in the browser: the moment is in the address, so it can be shared)
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
