/** Conference rooms, and who is in them. */
import { Component, html } from "../lib/html.js"
import { Elapsed } from "../lib/ticking.js"
import { Act } from "./act.js"
import { NumberBox } from "./number_box.js"

/** @typedef {import("../lib/app.js").App} App */

/** @extends {Component<{app: App, room: any, changes: number}>} */
class Room extends Component {
  /** @type {{people: any[], asks: boolean}} */
  state = { people: [], asks: false }
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
    if (found && this.isThere) this.setState({ people: found.items })
  }

  /** @param {string} number */
  invite = (number) => {
    const { app, room } = this.props
    this.setState({ asks: false })
    void app.do("conference-invite", { conference: room.conference_uuid, number }, app.t("done.invited", { number }))
  }

  render() {
    const { app, room } = this.props
    const { people, asks } = this.state
    const { t } = app
    const of = { conference: room.conference_uuid }
    const act = (/** @type {string} */ action, /** @type {object} */ parameters, kind = "") =>
      html`<${Act} key=${action} app=${app} action=${action} kind=${kind} label=${t(`act.${action}`)} parameters=${parameters} then=${() => this.look()} />`
    return html`<article class="card room" aria-label=${room.name}>
      <header><p class="parties"><bdi class="name">${room.name}</bdi> <bdi class="number">${room.extension ?? room.number ?? ""}</bdi>
        <span class="count">${app.format.number(people.length)}</span></p></header>
      ${people.map((one) => {
        const who = { ...of, participant_uuid: one.participant_uuid }
        return html`<div class="row" key=${one.participant_uuid}><span class="who"><bdi class="name">${one.name || one.caller_id_name || one.number}</bdi></span>
          ${one.joined_at && html`<${Elapsed} since=${one.joined_at} format=${app.format.length} />`}
          <div class="verbs">${act(`conference-participant-${one.muted ? "unmute" : "mute"}`, who)}${act("conference-participant-kick", who, "bad")}</div></div>`
      })}
      <div class="verbs">${act(room.locked ? "conference-unlock" : "conference-lock", of)}${act(room.recording ? "conference-record-stop" : "conference-record-start", of)}
        ${app.can("conference-invite") && html`<button type="button" class="act" aria-expanded=${asks} onClick=${() => this.setState({ asks: !asks })}><span>${t("act.conference-invite")}</span></button>`}</div>
      ${asks && html`<${NumberBox} app=${app} label=${t("act.conference-invite")} ways=${[{ label: t("act.conference-invite"), run: this.invite }]} cancel=${() => this.setState({ asks: false })} />`}
    </article>`
  }
}

/** @param {{app: App}} props */
export function Rooms({ app }) {
  if (!app.state.rooms.length) return null
  return html`<section class="list" aria-labelledby="rooms-title"><h3 id="rooms-title">${app.t("rooms")}</h3>
    ${app.state.rooms.map((room) => html`<${Room} key=${room.conference_uuid} app=${app} room=${room} changes=${app.state.changes.conference ?? 0} />`)}</section>`
}
