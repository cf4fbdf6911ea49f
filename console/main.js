/** The operator's page. Everything on it is an action of the endpoint at this origin. */
import { App } from "./lib/app.js"
import { html, render } from "./lib/html.js"
import { Shell } from "./views/shell.js"

const here = new URL("../", import.meta.url) // the page is at …/console/, the endpoint one above
const live = new URL("live", here)
live.protocol = live.protocol.replace("http", "ws")

const page = /** @type {HTMLElement} */ (document.getElementById("page"))
page.replaceChildren()
const app = new App({
  base: here.href,
  live: live.href,
  draw: () => render(html`<${Shell} app=${app} />`, page),
  session: sessionStorage,
  kept: localStorage,
})
void app.start()
