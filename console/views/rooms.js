/** Conference rooms, and who is in them. */
import { Component, html } from "../lib/html.js"
import { Elapsed } from "../lib/ticking.js"
import { Act } from "./act.js"
import { Who } from "./call_card.js"
import { NumberBox } from "./number_box.js"

/** @typedef {import("../lib/app.js").App} App */

/** @extends {Component<{app: App, room: any, changes: number}>} */
class Room extends Component {
  /** @type {{people: any[], locked: boolean, recorded: boolean, asks: boolean}} */
  state = { people: [], locked: false, recorded: false, asks: false }
  isThere = true

  componentDidMount() {
    void this.look()
  }

  /** @param {{changes: number, room: any}} before */
  componentDidUpdate(before) {
    if (before.changes !== this.props.changes || before.room !== this.props.room) void this.look()
  }

  componentWillUnmount() {
    this.isThere = false
  }

  async look() {
    const { app, room } = this.props
    if (!app.can("conference-participant-list")) return
    const found = await app.api.ask("conference-participant-list", { conference: room.conference_uuid }).catch(() => null)
    if (found && this.isThere) this.setState({ people: found.items, locked: found.locked, recorded: found.recorded })
  }

  /** @param {string} number */
  invite = (number) => {
    const { app, room } = this.props
    this.setState({ asks: false })
    void app.do("conference-participant-invite", { conference: room.conference_uuid, destination: number, wait: 0 }, app.t("done.invited", { number }))
  }

  render() {
    const { app, room } = this.props
    const { people, locked, recorded, asks } = this.state
    const { t } = app
    const of = { conference: room.conference_uuid }
    const act = (/** @type {string} */ action, /** @type {object} */ parameters, kind = "", hint = "") =>
      html`<${Act} key=${action} app=${app} action=${action} kind=${kind} hint=${hint} label=${t(`act.${action}`)} parameters=${parameters} then=${() => this.look()} />`
    return html`<article class="card room" aria-label=${room.name}>
      <header><p class="parties"><bdi class="name">${room.name}</bdi> <bdi class="number">${room.extension}</bdi>
        <span class="count">${app.format.number(people.length)}</span></p></header>
      ${people.map((one) => {
        const who = { ...of, leg_uuid: one.leg_uuid }
        const name = (one.extension && app.state.nameOf(one.extension)) || one.name || one.number || ""
        return html`<div class="row" key=${one.leg_uuid}><${Who} name=${name} number=${one.extension ?? one.number ?? ""} />
          ${one.moderator && html`<span class="chip">${t("room.moderator")}</span>`}${one.muted && html`<span class="chip">${t("muted")}</span>`}
          ${one.since && html`<${Elapsed} since=${one.since} format=${app.format.length} />`}
          <div class="verbs">${act(`conference-participant-${one.muted ? "unmute" : "mute"}`, who, "", name)}${act("conference-participant-kick", who, "bad", name)}</div></div>`
      })}
      <div class="verbs">${act(locked ? "conference-unlock" : "conference-lock", of, "", room.name)}
        ${people.length > 0 && act(recorded ? "conference-record-stop" : "conference-record-start", of, "", room.name)}
        ${app.can("conference-participant-invite") && html`<button type="button" class="act" aria-expanded=${asks} onClick=${() => this.setState({ asks: !asks })}><span>${t("act.conference-participant-invite")}</span></button>`}</div>
      ${asks && html`<${NumberBox} app=${app} label=${t("act.conference-participant-invite")} ways=${[{ label: t("act.conference-participant-invite"), run: this.invite }]} cancel=${() => this.setState({ asks: false })} />`}
    </article>`
  }
}

/** @param {{app: App}} props */
export function Rooms({ app }) {
  if (!app.state.rooms.length) return null
  return html`<section class="list" aria-labelledby="rooms-title"><h3 id="rooms-title">${app.t("rooms")}</h3>
    ${app.state.rooms.map((room) => html`<${Room} key=${room.conference_uuid} app=${app} room=${room} changes=${app.state.changes.conference ?? 0} />`)}</section>`
}
