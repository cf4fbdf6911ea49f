/** The calls that are up, who rings, and who waits in a slot, in a room or between two. */
import { html } from "../lib/html.js"
import { Elapsed } from "../lib/ticking.js"
import { callSince, partyOf, ringing } from "../model/calls.js"
import { Act, Curl } from "./act.js"
import { CallCard, Who } from "./call_card.js"
import { Parked } from "./parked.js"
import { Pop } from "./pop.js"
import { Rooms } from "./rooms.js"
import { Transfers } from "./transfers.js"

/** @typedef {import("../lib/app.js").App} App @typedef {import("../model/calls.js").Call} Call */
const MOST_POPS = 3
const MOST_CARDS = 60

/** Calls that ring, mine first. @param {App} app */
export function ringingCalls(app) {
  const mine = (/** @type {Call} */ call) => Number(!ringing(call).some((leg) => leg.extension === app.me))
  return [...app.state.calls.values()]
    .filter((call) => call.direction === "inbound" && ringing(call).length > 0 && call.state !== "parked")
    .sort((one, two) => mine(one) - mine(two) || one.start_stamp.localeCompare(two.start_stamp))
}

/** @param {{app: App}} props */
export function Calls({ app }) {
  const { state, t } = app
  const waits = new Set(state.queues.flatMap((queue) => queue.waiting.map((/** @type {any} */ one) => one.call_uuid)))
  const popped = ringingCalls(app).slice(0, MOST_POPS)
  const pops = new Set(popped.map((call) => call.call_uuid))
  const all = [...state.calls.values()].filter((call) => !call.slot && call.state !== "parked")
  const alone = (/** @type {Call} */ call) => call.legs.length === 1 && waits.has(call.call_uuid)
  const shown = all.filter((call) => !pops.has(call.call_uuid) && !alone(call))
  const waiting = all.filter(alone)
  return html`<aside class="calls" aria-labelledby="calls-title">
    <header class="bar"><h2 id="calls-title">${t("calls")} <span class="count">${app.format.number(all.length)}</span></h2>
      <${Curl} app=${app} action="call-list" />
      ${state.sandbox && html`<${LetSomebodyCall} app=${app} />`}</header>
    ${popped.map((call) => html`<${Pop} key=${call.call_uuid} app=${app} call=${call} marks=${app.marksOf(call)} />`)}
    <${Transfers} app=${app} />
    ${shown.slice(0, MOST_CARDS).map((call) => html`<${CallCard} key=${call.call_uuid} app=${app} call=${call} turn=${app.turn} marks=${app.marksOf(call)} />`)}
    ${shown.length > MOST_CARDS && html`<p class="nothing">${t("calls.more", { count: app.format.number(shown.length - MOST_CARDS) })}</p>`}
    ${all.length === 0 && html`<p class="nothing">${t(state.sandbox ? "calls.none_in_sandbox" : "calls.none")}</p>`}
    <${Parked} app=${app} />
    <${Rooms} app=${app} />
    ${waiting.length > 0 && html`<section class="list" aria-labelledby="waiting-title"><h3 id="waiting-title">${t("waiting")}</h3>
      ${waiting.map((call) => html`<p class="row" key=${call.call_uuid}><${Who} ...${partyOf(call, call.legs[0], state.nameOf)} />
        <${Elapsed} since=${callSince(call)} format=${app.format.length} /></p>`)}</section>`}
  </aside>`
}

const CALLERS = [
  ["Dora Example", "1202"], ["Ämilie Beispiel", "1212"], ["Omar Example", "1312"], ["Zoë Example", "1415"], ["日本 Example", "1617"],
]
let turn = 0

/** In the sandbox somebody calls when a button is pressed, and waits to be answered. @param {{app: App}} props */
function LetSomebodyCall({ app }) {
  const [name, area] = CALLERS[turn % CALLERS.length]
  const number = app.me ?? [...app.state.extensions.keys()][0]
  const parameters = {
    caller_id_number: `${area}5550153`, caller_id_name: name, destination_a: "5550150", destination_b: number, wait: 0,
  }
  return html`<${Act} app=${app} action="originate" kind="first" icon="ring" label=${app.t("sandbox.call")} parameters=${parameters}
    then=${() => { turn += 1; app.changed() }} />`
}
