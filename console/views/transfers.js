/** Attended transfers: whom one has asked, with both parties, until it is completed or taken back. */
import { html } from "../lib/html.js"
import { Act } from "./act.js"
import { Who } from "./call_card.js"

/** @typedef {import("../lib/app.js").App} App */
const OVER = ["completed", "cancelled", "abandoned"]

/** @param {{app: App}} props */
export function Transfers({ app }) {
  const { state, t } = app
  const under = state.transfers.filter((one) => !OVER.includes(one.state ?? one.status))
  if (!under.length) return null
  return html`<section class="list" aria-labelledby="transfers-title"><h3 id="transfers-title">${t("transfers")}</h3>
    ${under.map((one) => {
      const parameters = { transfer_uuid: one.transfer_uuid }
      const call = state.calls.get(one.call_uuid)
      const caller = { name: call?.caller_id_name ?? "", number: call?.caller_id_number ?? one.caller ?? "" }
      const asked = { name: state.nameOf(one.destination), number: one.destination }
      const how = one.state ?? one.status
      return html`<article class="card transfer" key=${one.transfer_uuid} aria-label=${t("transfer.of", { who: caller.name || caller.number, to: asked.name || asked.number })}>
        <header><p class="parties"><${Who} ...${caller} /><span class="arrow" aria-hidden="true">${"⇢"}</span><${Who} ...${asked} /></p>
          <p class="how"><span class="chip">${t(`transfer.${how}`)}</span></p></header>
        <div class="verbs"><${Act} app=${app} action="transfer-complete" kind="good" icon="transfer" label=${t("transfer.complete")} parameters=${parameters} then=${() => app.loading.soon("transfers")} />
          <${Act} app=${app} action="transfer-cancel" kind="bad" icon="close" label=${t("transfer.cancel")} parameters=${parameters} then=${() => app.loading.soon("transfers")} /></div>
      </article>`
    })}</section>`
}
