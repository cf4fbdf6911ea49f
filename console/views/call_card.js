/** One call: who with whom, since when, and what can be done to it. It can be dragged onto a tile. */
import { Component, classes, html } from "../lib/html.js"
import { Icon } from "../lib/icons.js"
import { Elapsed } from "../lib/ticking.js"
import { callSince, isUp, ours, partyOf, ringing, theOther } from "../model/calls.js"
import { Act, named } from "./act.js"
import { dragged } from "./drag.js"
import { NumberBox } from "./number_box.js"

/** @typedef {import("../lib/app.js").App} App @typedef {import("../model/calls.js").Call} Call @typedef {import("../model/calls.js").Leg} Leg */
/** @typedef {{app: App, call: Call, marks: any, turn: string}} CardProps */

/** Letters that do something to the call that has the focus. */
const KEYS = /** @type {Record<string, string>} */ ({
  a: "answer", x: "hangup", h: "hold", m: "mute", t: "transfer", p: "park", r: "record", l: "monitor",
})

/** A party with name and number, safe for any script. @param {{name: string, number: string}} party */
export const Who = ({ name, number }) =>
  html`<span class="who">${name && html`<bdi class="name">${name}</bdi> `}<bdi class=${name ? "number" : "name number"}>${number}</bdi></span>`

/** @extends {Component<CardProps>} */
export class CallCard extends Component {
  /** @type {{asks: "" | "transfer" | "monitor" | "park"}} */
  state = { asks: "" }

  /** @param {CardProps} next @param {{asks: string}} state */
  shouldComponentUpdate(next, state) {
    const { call, marks, turn } = this.props
    return next.call !== call || next.marks !== marks || next.turn !== turn || state.asks !== this.state.asks || state.asks !== ""
  }

  /** @param {"" | "transfer" | "monitor" | "park"} asks */
  ask(asks) {
    const { app, call } = this.props
    app.picked = asks === "transfer" ? { call_uuid: call.call_uuid } : null
    this.setState({ asks })
    app.changed()
  }

  /** @param {KeyboardEvent} event */
  key = (event) => {
    if (/** @type {HTMLElement} */ (event.target).closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return
    const does = KEYS[event.key.toLowerCase()]
    const card = /** @type {HTMLElement} */ (event.currentTarget)
    const button = does && card.querySelector(`[data-does~="${does}"] button, button[data-does~="${does}"]`)
    if (event.key === "Escape" && this.state.asks) this.ask("")
    if (!(button instanceof HTMLButtonElement)) return
    event.preventDefault()
    event.stopPropagation()
    button.click()
  }

  /** @param {string} destination @param {Record<string, unknown>} [more] */
  transfer = (destination, more = {}) => {
    const { app, call } = this.props
    this.ask("")
    void app.do("call-transfer", { call_uuid: call.call_uuid, destination, ...more }, app.t("done.transferred", { to: destination }))
  }

  /** @param {string} destination */
  attend = (destination) => {
    const { app, call } = this.props
    this.ask("")
    void app.do("transfer-create", { call_uuid: call.call_uuid, destination, flow: "attended" }).then(() => app.loading.soon("transfers"))
  }

  /** @param {string} extension @param {string} mode */
  monitor = (extension, mode) => {
    const { app, call } = this.props
    this.ask("")
    void app.do("call-monitor", { call_uuid: call.call_uuid, extension, mode, wait: 0 }, app.t("done.monitor", { extension }))
  }

  /** Park it in a lot. @param {Record<string, unknown>} where */
  park = async (where) => {
    const { app, call } = this.props
    this.ask("")
    const done = await app.do("call-park", { call_uuid: call.call_uuid, ...where })
    if (done) app.tell("good", app.t("done.parked", { slot: done.slot }))
  }

  /** @param {Leg} leg @param {Call} call */
  answers(call, leg) {
    const { app } = this.props
    const at = app.state.nameOf(leg.extension ?? "") || leg.extension
    const one = ringing(call).length === 1 || leg.extension === app.me
    return html`<span data-does=${one ? "answer" : ""} key=${leg.leg_uuid}><${Act} app=${app} action="call-answer" icon="answer" kind="good"
      keys="A" label=${one ? app.t("answer") : app.t("answer.at", { at: leg.extension })} hint=${at}
      parameters=${{ call_uuid: call.call_uuid, leg_uuid: leg.leg_uuid }} /></span>`
  }

  /** @param {Call} call @param {Leg} own @param {string} who */
  verbs(call, own, who) {
    const { app, marks } = this.props
    const { t } = app
    const about = { call_uuid: call.call_uuid }
    const rung = ringing(call)
    const shown = app.me ? rung.filter((leg) => leg.extension === app.me) : rung
    const isHeld = own?.state === "held"
    const up = isUp(call)
    const act = (/** @type {string} */ does, /** @type {string} */ action, /** @type {string} */ icon, /** @type {string} */ keys, more = {}) =>
      html`<span data-does=${does} key=${action}><${Act} app=${app} action=${action} icon=${icon} keys=${keys} label=${t(`act.${action}`)}
        hint=${who} parameters=${about} ...${more} /></span>`
    return html`<div class="verbs">
      ${(shown.length ? shown : rung).map((leg) => this.answers(call, leg))}
      ${up && (isHeld ? act("hold", "call-resume", "resume", "H", { kind: "good" }) : act("hold", "call-hold", "hold", "H"))}
      ${up && app.can("call-transfer") && html`<button key="transfer" type="button" class="act" data-does="transfer" aria-keyshortcuts="T"
        aria-expanded=${this.state.asks === "transfer"} aria-label=${named(t("transfer"), who)} onClick=${() => this.ask(this.state.asks ? "" : "transfer")}>
        <${Icon} name="transfer" /><span>${t("transfer")}</span></button>`}
      ${up && act("park", "call-park", "park", "P", { then: (/** @type {any} */ done) => app.tell("good", t("done.parked", { slot: done.slot })) })}
      ${up && app.can("call-park") && app.state.lots.length > 0 && html`<button key="lot" type="button" class="act" aria-expanded=${this.state.asks === "park"}
        aria-label=${named(t("park.in"), who)} onClick=${() => this.ask(this.state.asks ? "" : "park")}><${Icon} name="park" /><span>${t("park.in")}</span></button>`}
      ${up && (marks?.muted ? act("mute", "call-unmute", "unmute", "M") : act("mute", "call-mute", "mute", "M"))}
      ${up && (marks?.recorded ? act("record", "call-record-stop", "stop", "R") : act("record", "call-record-start", "record", "R"))}
      ${up && app.can("call-monitor") && html`<button key="monitor" type="button" class="act" data-does="monitor" aria-keyshortcuts="L"
        aria-expanded=${this.state.asks === "monitor"} aria-label=${named(t("monitor"), who)} onClick=${() => this.ask(this.state.asks ? "" : "monitor")}>
        <${Icon} name="listen" /><span>${t("monitor")}</span></button>`}
      ${act("hangup", "call-hangup", "hangup", "X", { kind: "bad", label: rung.length && !up ? t("decline") : t("act.call-hangup") })}
    </div>`
  }

  box() {
    const { app } = this.props
    const { t } = app
    const cancel = () => this.ask("")
    if (this.state.asks === "transfer") {
      const ways = [
        { label: t("transfer.now"), run: (/** @type {string} */ to) => this.transfer(to) },
        ...(app.can("transfer-create") ? [{ label: t("transfer.ask"), run: this.attend }] : []),
        { label: t("transfer.voicemail"), run: (/** @type {string} */ to) => this.transfer(to, { voicemail: true }) },
      ]
      return html`<${NumberBox} app=${app} label=${t("transfer.to")} ways=${ways} cancel=${cancel} />`
    }
    if (this.state.asks === "park") {
      return html`<div class="ways" role="group" aria-label=${t("park.in")}>
        ${app.state.lots.map((lot) => html`<button type="button" class="act" key=${lot.parkinglot_uuid} onClick=${() => this.park({ parkinglot: lot.extension })}><bdi>${lot.name}</bdi></button>`)}</div>`
    }
    if (this.state.asks === "monitor") {
      const modes = ["listen", "whisper", "barge"]
      if (!app.me) {
        const ways = modes.map((mode) => ({ label: t(`monitor.${mode}`), run: (/** @type {string} */ at) => this.monitor(at, mode) }))
        return html`<${NumberBox} app=${app} label=${t("monitor.at")} ways=${ways} cancel=${cancel} />`
      }
      return html`<div class="ways" role="group" aria-label=${t("monitor")}>${modes.map((mode) => html`<button type="button" class="act"
        onClick=${() => this.monitor(/** @type {string} */ (app.me), mode)}><span>${t(`monitor.${mode}`)}</span></button>`)}</div>`
    }
    return null
  }

  render() {
    const { app, call, marks } = this.props
    const { t } = app
    const own = ours(call)
    const other = theOther(call, own)
    const name = (/** @type {Leg} */ leg) => partyOf(call, leg, app.state.nameOf)
    const first = call.direction === "inbound" || !own?.extension ? call.legs[0] : own
    const rung = ringing(call)
    const second = rung.length === 1 && rung[0] !== first ? rung[0] : first === own ? other : own
    const [one, two] = [name(first), second ? name(second) : { name: "", number: call.destination_number ?? "" }]
    const state = isUp(call) ? (own?.state === "held" ? "held" : "in_call") : rung.length ? "ringing" : "in_call"
    const label = `${one.name || one.number} → ${two.name || two.number}`
    return html`<article class=${classes({ card: true, [state]: true })} tabindex="0" aria-label=${`${label}, ${t(`state.${state}`)}`}
      data-call=${call.call_uuid} onKeyDown=${this.key} onPointerDown=${(/** @type {PointerEvent} */ event) => isUp(call) && dragged(event, app, call)}>
      <header>
        <p class="parties"><${Who} ...${one} /><span class="arrow" aria-hidden="true">${"→"}</span>
          ${rung.length > 1 ? html`<span class="who">${t("ringing.many", { count: rung.length })}</span>` : html`<${Who} ...${two} />`}</p>
        <p class="how"><span class="chip">${t(`state.${state}`)}</span>
          ${marks?.muted && html`<span class="chip">${t("muted")}</span>`}
          ${marks?.recorded && html`<span class="chip rec">${t("recorded")}</span>`}
          ${call.direction && html`<span class="direction"><${Icon} name=${call.direction === "inbound" ? "in" : call.direction === "outbound" ? "out" : "people"} />${t(`direction.${call.direction}`)}</span>`}
          <${Elapsed} since=${callSince(call)} format=${app.format.length} /></p>
      </header>
      ${this.verbs(call, own, one.name || one.number)}
      ${this.box()}
    </article>`
  }
}
