/** Calls that wait in a slot, and the lots they are in. */
import { Component, html } from "../lib/html.js"
import { Icon } from "../lib/icons.js"
import { Elapsed } from "../lib/ticking.js"
import { callSince, partyOf } from "../model/calls.js"
import { Act, Curl, named } from "./act.js"
import { Who } from "./call_card.js"
import { NumberBox } from "./number_box.js"

/** @typedef {import("../lib/app.js").App} App @typedef {import("../model/calls.js").Call} Call */

/** @extends {Component<{app: App, call: Call}>} */
class ParkedCall extends Component {
  state = { asks: false }

  /** @param {string} extension */
  take = (extension) => {
    const { app, call } = this.props
    this.setState({ asks: false })
    void app.do("call-unpark", { call_uuid: call.call_uuid, extension }, app.t("done.taken", { extension }))
  }

  render() {
    const { app, call } = this.props
    const { t } = app
    const who = partyOf(call, call.legs[0], app.state.nameOf)
    const name = who.name || who.number
    return html`<article class="card parked" aria-label=${t("parked.in", { who: name, slot: call.slot })}>
      <header><p class="parties"><span class="slot"><bdi>${call.slot}</bdi></span> <${Who} ...${who} /></p>
        <p class="how"><span class="chip">${t("state.parked")}</span><${Elapsed} since=${callSince(call)} format=${app.format.length} over=${120} /></p></header>
      <div class="verbs">
        ${app.me && html`<${Act} app=${app} action="call-unpark" icon="answer" kind="good" label=${t("take")} hint=${name}
          parameters=${{ call_uuid: call.call_uuid, extension: app.me }} done=${t("done.taken", { extension: app.me })} />`}
        ${app.can("call-unpark") && html`<button type="button" class="act ${app.me ? "" : "good"}" aria-expanded=${this.state.asks} aria-label=${named(t(app.me ? "take.elsewhere" : "take"), name)}
          onClick=${() => this.setState({ asks: !this.state.asks })}><${Icon} name="transfer" /><span>${t(app.me ? "take.elsewhere" : "take")}</span></button>`}
        <${Act} app=${app} action="call-hangup" icon="hangup" kind="bad" label=${t("act.call-hangup")} hint=${name} parameters=${{ call_uuid: call.call_uuid }} />
      </div>
      ${this.state.asks && html`<${NumberBox} app=${app} label=${t("take.where")} ways=${[{ label: t("take"), run: this.take }]} cancel=${() => this.setState({ asks: false })} />`}
    </article>`
  }
}

/** @param {{app: App}} props */
export function Parked({ app }) {
  const { state, t } = app
  const parked = [...state.calls.values()].filter((call) => call.slot || call.state === "parked")
    .sort((one, two) => String(one.slot).localeCompare(String(two.slot), undefined, { numeric: true }))
  const lots = state.lots
  if (!parked.length && !lots.length) return null
  const of = (/** @type {any} */ lot) => parked.filter((call) => isIn(lot, call.slot))
  const outside = parked.filter((call) => !lots.some((lot) => isIn(lot, call.slot)))
  return html`<section class="list" aria-labelledby="parked-title">
    <header class="bar"><h3 id="parked-title">${t("parked")} <span class="count">${app.format.number(parked.length)}</span></h3><${Curl} app=${app} action="parked-call-list" /></header>
    ${lots.map((lot) => html`<div class="lot" key=${lot.parkinglot_uuid}><h4><bdi>${lot.name}</bdi> <bdi class="number">${lot.extension ?? ""}</bdi>
      <span class="count">${app.format.number(of(lot).length)}</span></h4>${of(lot).map((call) => html`<${ParkedCall} key=${call.call_uuid} app=${app} call=${call} />`)}</div>`)}
    ${outside.map((call) => html`<${ParkedCall} key=${call.call_uuid} app=${app} call=${call} />`)}
  </section>`
}

/** @param {any} lot @param {string | null} slot */
function isIn(lot, slot) {
  const [first, last, at] = [lot.slots_start, lot.slots_end, slot].map(Number)
  return first <= at && at <= last
}
