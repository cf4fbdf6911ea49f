/** Attended transfers: whom one has asked, with both parties, until it is completed or taken back. */
import { html } from "../lib/html.js"
import { Elapsed } from "../lib/ticking.js"
import { Act } from "./act.js"
import { Who } from "./call_card.js"

/** @typedef {import("../lib/app.js").App} App */
const OVER = ["completed", "cancelled", "abandoned"]

/** A party of a transfer, named by its extension if it is one. @param {App} app @param {string | null} extension @param {string | null} number */
const party = (app, extension, number) => ({ name: extension ? app.state.nameOf(extension) : "", number: extension ?? number ?? "" })

/** @param {{app: App}} props */
export function Transfers({ app }) {
  const { state, t } = app
  const under = state.transfers.filter((one) => !OVER.includes(one.status))
  if (!under.length) return null
  return html`<section class="list" aria-labelledby="transfers-title"><h3 id="transfers-title">${t("transfers")}</h3>
    ${under.map((one) => {
      const parameters = { transfer_uuid: one.transfer_uuid }
      const call = state.calls.get(one.call_uuid)
      const isCaller = call?.direction === "inbound" && call.caller_id_number === one.transferred_number
      const waits = isCaller ? { name: call.caller_id_name, number: call.caller_id_number } : party(app, state.extensions.has(one.transferred_number) ? one.transferred_number : null, one.transferred_number)
      const asks = party(app, one.initiator_extension, null)
      const asked = party(app, one.recipient_extension ?? (state.extensions.has(one.destination) ? one.destination : null), one.destination)
      return html`<article class="card transfer" key=${one.transfer_uuid} aria-label=${t("transfer.of", { who: waits.name || waits.number, to: asked.name || asked.number })}>
        <header><p class="parties"><${Who} ...${waits} /><span class="arrow" aria-hidden="true">${"→"}</span><${Who} ...${asked} /></p>
          <p class="how"><span class="chip">${t(`transfer.${one.status}`)}</span>${asks.number && html`<span>${t("transfer.by", { who: asks.name || asks.number })}</span>`}
            <${Elapsed} since=${one.answered_at ?? one.rang_at ?? one.created_at} format=${app.format.length} /></p></header>
        <div class="verbs"><${Act} app=${app} action="transfer-complete" kind="good" icon="transfer" label=${t("transfer.complete")} parameters=${parameters} then=${() => app.loading.soon("transfers")} />
          <${Act} app=${app} action="transfer-cancel" kind="bad" icon="close" label=${t("transfer.cancel")} parameters=${parameters} then=${() => app.loading.soon("transfers")} /></div>
      </article>`
    })}</section>`
}
