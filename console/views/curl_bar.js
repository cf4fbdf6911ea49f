/** What is done, as curl: the request of whatever is pointed at or has the focus, and the last ones that were made. */
import { html } from "../lib/html.js"
import { curlOf } from "../lib/api.js"

/** @typedef {import("../lib/app.js").App} App */
const SHOWN = 8

/** @param {{app: App}} props */
export function CurlBar({ app }) {
  if (!app.chosen.curl) return null
  const { t, pointedAt } = app
  const made = app.requests.slice(0, SHOWN)
  const text = pointedAt ? app.api.curl(pointedAt.action, pointedAt.parameters) : made[0] && curlOf(app.api.base, made[0])
  const copy = () => void navigator.clipboard?.writeText(text).then(() => app.tell("good", t("curl.copied")))
  return html`<section class="curl-bar" aria-label=${t("curl")}>
    <header class="bar"><h2>${t("curl")}</h2><span class="about">${t("curl.about")}</span>
      ${text && html`<button type="button" class="act" onClick=${copy}><span>${t("curl.copy")}</span></button>`}</header>
    ${text && html`<pre class="code" tabindex="0" aria-label=${t("curl")}><code>${text}</code></pre>`}
    <details><summary>${t("curl.last")}</summary><ol>${made.map((one, place) => html`<li key=${place}><pre class="code"><code>${curlOf(app.api.base, one)}</code></pre></li>`)}</ol></details>
  </section>`
}
