/** Queues and agents, as a supervisor sees them: who waits longest, who could take the call. */
import { Component, html } from "../lib/html.js"
import { Elapsed } from "../lib/ticking.js"
import { Act, Curl, named } from "./act.js"
import { Who } from "./call_card.js"
import { NumberBox } from "./number_box.js"

/** @typedef {import("../lib/app.js").App} App */
/** Seconds after which a wait is shown as long, where a queue does not say. */
const LONG = 30

/** Everybody who waits, longest first. @param {App} app */
export function everybodyWaiting(app) {
  return app.state.queues.flatMap((queue) => queue.waiting.map((/** @type {any} */ one) => ({ ...one, queue })))
    .sort((one, two) => one.since.localeCompare(two.since))
}

/** @extends {Component<{app: App, one: any}>} */
class Waiting extends Component {
  state = { asks: false }

  /** @param {string} extension */
  pick = (extension) => {
    const { app, one } = this.props
    this.setState({ asks: false })
    void app.do("queue-caller-pick", { call_uuid: one.call_uuid, extension }, app.t("done.taken", { extension }))
  }

  render() {
    const { app, one } = this.props
    const { t } = app
    const who = { name: one.caller_id_name ?? "", number: one.caller_id_number ?? "" }
    const name = who.name || who.number
    const of = { call_uuid: one.call_uuid }
    return html`<li class="waiting-one"><span class="position">${app.format.number(one.position)}</span><${Who} ...${who} />
      <${Elapsed} since=${one.since} format=${app.format.length} over=${LONG} />
      <span class="verbs">
        ${app.me && html`<${Act} app=${app} action="queue-caller-pick" kind="good" label=${t("take")} hint=${name} parameters=${{ ...of, extension: app.me }} />`}
        ${!app.me && app.can("queue-caller-pick") && html`<button type="button" class="act good" aria-expanded=${this.state.asks} aria-label=${named(t("take"), name)}
          onClick=${() => this.setState({ asks: !this.state.asks })}><span>${t("take")}</span></button>`}
        <${Act} app=${app} action="queue-caller-remove" kind="bad" label=${t("act.call-hangup")} hint=${name} parameters=${of} /></span>
      ${this.state.asks && html`<${NumberBox} app=${app} label=${t("take.where")} ways=${[{ label: t("take"), run: this.pick }]} cancel=${() => this.setState({ asks: false })} />`}
    </li>`
  }
}

/** @param {{app: App, queue: any}} props */
function QueueCard({ app, queue }) {
  const { t, format } = app
  const { today } = queue
  return html`<article class="queue" aria-label=${queue.name}>
    <header class="bar"><h3><bdi>${queue.name}</bdi> <bdi class="number">${queue.extension}</bdi></h3>
      <span class="chip ${queue.waiting.length ? "ringing" : ""}">${t("queue.waiting", { count: format.number(queue.waiting.length) })}</span></header>
    ${queue.waiting.length > 0
      ? html`<ol class="waiting">${queue.waiting.map((/** @type {any} */ one) => html`<${Waiting} key=${one.leg_uuid} app=${app} one=${{ ...one, queue }} />`)}</ol>`
      : html`<p class="nothing">${t("queue.nobody")}</p>`}
    <ul class="members" aria-label=${t("queue.members")}>${queue.members.map((/** @type {any} */ one) => html`<li key=${one.agent ?? one.extension} class=${one.state}>
      <span class="dot" aria-hidden="true"></span><bdi class="name">${one.name || one.agent || one.extension}</bdi>
      <span class="how">${t(`agent.${one.state}`)}${one.pause_reason && html` (<bdi>${one.pause_reason}</bdi>)`}</span>
      ${one.at && html`<bdi class="number">${one.at}</bdi>`}</li>`)}</ul>
    ${today && html`<dl class="figures">
      <div><dt>${t("figure.service_level")}</dt><dd>${format.percent(today.service_level)}</dd></div>
      <div><dt>${t("figure.offered")}</dt><dd>${format.number(today.offered)}</dd></div>
      <div><dt>${t("figure.answered")}</dt><dd>${format.number(today.answered)}</dd></div>
      <div><dt>${t("figure.abandoned")}</dt><dd>${format.number(today.abandoned)}</dd></div>
      <div><dt>${t("figure.longest_wait")}</dt><dd>${format.length(today.longest_wait)}</dd></div></dl>`}
  </article>`
}

/** @extends {Component<{app: App, agent: any}>} */
class AgentRow extends Component {
  state = { reason: "", asks: false }

  /** @param {string} extension */
  logIn = (extension) => {
    const { app, agent } = this.props
    this.setState({ asks: false })
    void app.do("agent-login", { agent: agent.number, extension }, app.t("done.logged_in", { extension })).then(() => app.loading.soon("queues"))
  }

  render() {
    const { app, agent } = this.props
    const { t } = app
    const of = { agent: agent.number }
    const name = [agent.firstname, agent.lastname].filter(Boolean).join(" ")
    const isIn = agent.state !== "logged_out"
    const soon = () => app.loading.soon("queues")
    const id = `reason-${agent.number}`
    return html`<tr class=${agent.state}><th scope="row"><bdi class="name">${name}</bdi> <bdi class="number">${agent.number}</bdi></th>
      <td><span class="dot" aria-hidden="true"></span>${t(`agent.${agent.state}`)}${agent.pause_reason && html` (<bdi>${agent.pause_reason}</bdi>)`}
        ${agent.paused_at && html` <${Elapsed} since=${agent.paused_at} format=${app.format.length} />`}</td>
      <td><bdi>${agent.extension ?? ""}</bdi></td>
      <td>${(agent.in_queues ?? []).map((/** @type {any} */ one) => html`<bdi class="chip" key=${one.queue_uuid}>${one.name}</bdi> `)}</td>
      <td><div class="verbs">
        ${isIn && !agent.paused && html`<label class="reason" for=${id}><span class="quiet">${t("agent.reason_for", { name })}</span>
          <input id=${id} type="text" size="10" maxlength="128" dir="auto" placeholder=${t("agent.reason")} value=${this.state.reason}
            onInput=${(/** @type {any} */ event) => this.setState({ reason: event.target.value })} /></label>
          <${Act} app=${app} action="agent-pause" icon="hold" label=${t("act.agent-pause")} hint=${name} parameters=${{ ...of, reason: this.state.reason || undefined }} then=${soon} />`}
        ${isIn && agent.paused && html`<${Act} app=${app} action="agent-unpause" icon="resume" kind="good" label=${t("act.agent-unpause")} hint=${name} parameters=${of} then=${soon} />`}
        ${isIn && html`<${Act} app=${app} action="agent-logout" icon="close" label=${t("act.agent-logout")} hint=${name} parameters=${of} then=${soon} />`}
        ${!isIn && app.can("agent-login") && html`<button type="button" class="act good" aria-expanded=${this.state.asks} aria-label=${named(t("act.agent-login"), name)}
          onClick=${() => this.setState({ asks: !this.state.asks })}><span>${t("act.agent-login")}</span></button>`}</div>
        ${this.state.asks && html`<${NumberBox} app=${app} label=${t("agent.where")} ways=${[{ label: t("act.agent-login"), run: this.logIn }]} cancel=${() => this.setState({ asks: false })} />`}</td></tr>`
  }
}

/** @param {{app: App}} props */
export function Queues({ app }) {
  const { state, t } = app
  const [longest] = everybodyWaiting(app)
  return html`<div class="queues">
    <header class="bar"><h2>${t("queues")}</h2><${Curl} app=${app} action="queue-status" /><${Curl} app=${app} action="queue-statistics" parameters=${{ by: "queue", from: app.today }} />
      <button type="button" class="act" onClick=${() => app.show("wallboard")}><span>${t("wallboard")}</span></button></header>
    <p class="longest" role="status">${longest
      ? html`${t("queue.longest")} <bdi class="name">${longest.caller_id_name || longest.caller_id_number}</bdi> – <bdi>${longest.queue.name}</bdi> <${Elapsed} key=${longest.leg_uuid} since=${longest.since} format=${app.format.length} over=${LONG} />`
      : t("queue.nobody")}</p>
    <div class="queue-grid">${state.queues.map((queue) => html`<${QueueCard} key=${queue.queue_uuid} app=${app} queue=${queue} />`)}</div>
    ${state.queues.length === 0 && html`<p class="nothing">${t("queues.none")}</p>`}
    ${state.agents.length > 0 && html`<div><header class="bar"><h2 id="agents-title">${t("agents")}</h2><${Curl} app=${app} action="agent-status" /></header>
      <div class="scroll" tabindex="0" role="region" aria-labelledby="agents-title"><table><thead><tr><th scope="col">${t("agent.name")}</th><th scope="col">${t("agent.state")}</th><th scope="col">${t("agent.at")}</th>
        <th scope="col">${t("queues")}</th><th scope="col">${t("actions")}</th></tr></thead>
      <tbody>${state.agents.map((agent) => html`<${AgentRow} key=${agent.agent_uuid} app=${app} agent=${agent} />`)}</tbody></table></div></div>`}
  </div>`
}
