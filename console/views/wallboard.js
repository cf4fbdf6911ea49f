/** The wallboard: a few figures, large, for a screen on the wall. */
import { html } from "../lib/html.js"
import { Elapsed } from "../lib/ticking.js"
import { everybodyWaiting } from "./queues.js"

/** @typedef {import("../lib/app.js").App} App */
const LONG = 30
const MOST = 6

/** @param {{app: App}} props */
export function Wallboard({ app }) {
  const { state, t, format } = app
  const waiting = everybodyWaiting(app)
  const count = (/** @type {string} */ how) => state.agents.filter((agent) => agent.state === how).length
  const total = state.total ?? {}
  const big = (/** @type {string} */ key, /** @type {unknown} */ value, kind = "") =>
    html`<div class="big ${kind}"><dt>${t(key)}</dt><dd>${value}</dd></div>`
  return html`<div class="wall">
    <h2 class="quiet">${t("wallboard")}</h2>
    <dl class="bigs">
      ${big("wall.waiting", format.number(waiting.length), waiting.length ? "late" : "")}
      ${big("wall.longest", waiting[0] ? html`<${Elapsed} key=${waiting[0].leg_uuid} since=${waiting[0].since} format=${format.length} over=${LONG} />` : format.length(0))}
      ${big("figure.service_level", format.percent(total.service_level ?? null))}
      ${big("figure.answered", format.number(total.answered ?? 0))}
      ${big("figure.abandoned", format.number(total.abandoned ?? 0))}
      ${big("wall.idle", format.number(count("idle")), "good")}
      ${big("wall.in_call", format.number(count("in_call") + count("ringing")))}
      ${big("wall.paused", format.number(count("paused")))}
    </dl>
    <div class="wall-lists">
      <section aria-labelledby="wall-waiting"><h3 id="wall-waiting">${t("waiting")}</h3>
        <ol class="waiting">${waiting.slice(0, MOST).map((one) => html`<li key=${one.leg_uuid}><bdi class="name">${one.caller_id_name || one.caller_id_number}</bdi>
          <bdi>${one.queue.name}</bdi><${Elapsed} since=${one.since} format=${format.length} over=${LONG} /></li>`)}</ol>
        ${waiting.length === 0 && html`<p class="nothing">${t("queue.nobody")}</p>`}</section>
      <section aria-labelledby="wall-agents"><h3 id="wall-agents">${t("agents")}</h3>
        <ul class="members">${state.agents.filter((one) => one.state !== "logged_out").map((one) => html`<li key=${one.agent_uuid} class=${one.state}><span class="dot" aria-hidden="true"></span>
          <bdi class="name">${[one.firstname, one.lastname].filter(Boolean).join(" ")}</bdi><span class="how">${t(`agent.${one.state}`)}</span></li>`)}</ul></section>
    </div>
    <p><button type="button" class="act" onClick=${() => app.show("queues")}><span>${t("wallboard.leave")}</span></button></p>
  </div>`
}
