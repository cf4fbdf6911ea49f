/** What an action answered: its members, its list as a table, a file as text. A secret is answered once, so it must be seen. */
import { html } from "../lib/html.js"
import { Act } from "./act.js"

/** @typedef {import("../lib/app.js").App} App */
const MOST_COLUMNS = 6
const MOST_ROWS = 100

/** @param {unknown} value */
const isPlain = (value) => value !== null && value !== "" && typeof value !== "object"

/** @param {unknown} value */
const asText = (value) => (typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? ""))

/** @param {{app: App, answer: any}} props */
export function Answer({ app, answer }) {
  const items = Array.isArray(answer) ? answer : Array.isArray(answer.items) ? answer.items : null
  const shown = items === answer ? [] : Object.entries(answer).filter(([name, value]) => isPlain(value) && name !== "next_cursor")
  return html`<details class="answer" open><summary>${app.t("form.answer")}</summary>
    ${shown.length > 0 && html`<dl>${shown.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd><bdi>${String(value)}</bdi></dd></div>`)}</dl>`}
    ${items && html`<${Items} app=${app} items=${items} />`}</details>`
}

/** @param {{app: App, items: any[]}} props */
function Items({ app, items }) {
  const { t } = app
  if (!items.length) return html`<p class="nothing">${t("office.none")}</p>`
  const names = [...new Set(items.flatMap((one) => Object.keys(one)))]
    .filter((name) => items.some((one) => isPlain(one[name])) && !/_uuid$|^version$/.test(name)).slice(0, MOST_COLUMNS)
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${t("form.answer")}><table>
    <thead><tr>${names.map((name) => html`<th scope="col" key=${name}>${name}</th>`)}<th scope="col">${t("actions")}</th></tr></thead>
    <tbody>${items.slice(0, MOST_ROWS).map((one, place) => html`<tr key=${place}>${names.map((name) => html`<td key=${name}><bdi>${asText(one[name])}</bdi></td>`)}
      <td>${one.delivery_id && html`<${Act} app=${app} action="delivery-retry" label=${t("delivery.retry")} hint=${one.type} done=${t("form.done", { action: "delivery-retry" })}
        parameters=${{ webhook_uuid: one.webhook_uuid, delivery_id: one.delivery_id }} />`}</td></tr>`)}</tbody></table></div>`
}
