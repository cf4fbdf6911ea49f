/** The board: extensions as tiles beside the calls that are up. */
import { Component, classes, html } from "../lib/html.js"
import { Icon } from "../lib/icons.js"
import { Elapsed } from "../lib/ticking.js"
import { callsByExtension, grouped, tileOf } from "../model/tiles.js"
import { Curl } from "./act.js"
import { Calls } from "./calls.js"
import { ExtensionPanel } from "./extension_panel.js"

/** @typedef {import("../lib/app.js").App} App @typedef {import("../model/tiles.js").Tile} Tile */
const ICONS = /** @type {Record<string, string>} */ ({
  ringing: "ring", calling: "out", in_call: "answer", held: "hold", parked: "park", dnd: "moon", forwarded: "forward",
  away: "away", unregistered: "unregistered",
})
const GROUPS = /** @type {const} */ (["none", "extensiongroup", "usergroup"])

/** One tile; drawn anew only if it says something else. @extends {Component<{app: App, tile: Tile, isMe: boolean, picks: boolean, tabs: boolean, language: string}>} */
class TileButton extends Component {
  /** @param {{tile: Tile, isMe: boolean, picks: boolean, tabs: boolean, language: string}} next */
  shouldComponentUpdate(next) {
    const { tile, isMe, picks, tabs, language } = this.props
    if (next.isMe !== isMe || next.picks !== picks || next.tabs !== tabs || next.language !== language) return true
    return Object.keys(tile).some((key) => tile[/** @type {keyof Tile} */ (key)] !== next.tile[/** @type {keyof Tile} */ (key)])
  }

  press = () => {
    const { app, tile } = this.props
    const { picked } = app
    if (picked) {
      app.picked = null
      void app.do("call-transfer", { call_uuid: picked.call_uuid, destination: tile.number }, app.t("done.transferred", { to: tile.number }))
    } else {
      app.opened = tile.number
    }
    app.changed()
  }

  /** Of all tiles one is reached with Tab; from there arrow keys go on. */
  focus = () => {
    this.props.app.at = this.props.tile.number
    this.props.app.changed()
  }

  render() {
    const { app, tile, isMe, picks, tabs } = this.props
    const { t } = app
    const how = t(`state.${tile.state}`)
    const party = tile.with || tile.withNumber
    const about = tile.state === "forwarded" ? tile.forward : party || tile.status
    const besides = [tile.dnd && tile.state !== "dnd" && t("state.dnd"), tile.forward !== null && tile.state !== "forwarded" && t("tile.to", { to: tile.forward }), picks && t("tile.pick")]
    return html`<button type="button" class=${classes({ tile: true, [tile.state]: true, me: isMe })} data-drop=${tile.number}
      tabindex=${tabs ? 0 : -1} onClick=${this.press} onFocus=${this.focus}>
      <span class="top"><bdi class="number">${tile.number}</bdi>${tile.more > 0 && html`<span class="more">+${app.format.number(tile.more)}</span>`}
        <${Icon} name=${ICONS[tile.state] ?? ""} /></span>
      <bdi class="name">${tile.name || tile.number}</bdi>
      <span class="how">${how}${tile.since && html` <${Elapsed} since=${tile.since} format=${app.format.length} />`}</span>
      <bdi class="with">${about}</bdi>
      <span class="quiet">${besides.filter(Boolean).join(", ")}</span>
    </button>`
  }
}

/** Arrow keys go from tile to tile. @param {KeyboardEvent} event */
function arrows(event) {
  const tiles = [.../** @type {HTMLElement} */ (event.currentTarget).querySelectorAll(".tile")]
  const at = tiles.indexOf(/** @type {Element} */ (document.activeElement))
  if (at < 0 || !event.key.startsWith("Arrow")) return
  const rtl = document.documentElement.dir === "rtl" ? -1 : 1
  const here = tiles[at].getBoundingClientRect()
  const sideways = { ArrowRight: rtl, ArrowLeft: -rtl }[event.key]
  const next = sideways === undefined ? vertical(tiles, here, event.key === "ArrowDown" ? 1 : -1) : tiles[at + sideways]
  if (next instanceof HTMLElement) next.focus()
  event.preventDefault()
}

/** The tile above or below. @param {Element[]} tiles @param {DOMRect} here @param {1 | -1} way */
function vertical(tiles, here, way) {
  const rows = tiles.map((tile) => ({ tile, box: tile.getBoundingClientRect() })).filter(({ box }) => (box.top - here.top) * way > 4)
  const nearest = Math.min(...rows.map(({ box }) => Math.abs(box.top - here.top)))
  return rows.filter(({ box }) => Math.abs(box.top - here.top) < nearest + 4)
    .sort((one, two) => Math.abs(one.box.left - here.left) - Math.abs(two.box.left - here.left))[0]?.tile
}

/** @param {{app: App}} props */
export function Board({ app }) {
  const { state, t, chosen } = app
  const by = chosen.groups ?? "extensiongroup"
  const calls = callsByExtension(state.calls.values())
  const groups = app.grouping.of([state, state.named, by, app.typed], () => grouped(state, by, app.typed))
  const shown = groups.reduce((sum, group) => sum + group.members.length, 0)
  const isThere = groups.some((group) => group.members.some((one) => one.extension === app.at))
  const at = isThere ? app.at : groups[0]?.members[0]?.extension
  return html`<div class="board">
    <section class="tiles" aria-labelledby="tiles-title">
      <header class="bar"><h2 id="tiles-title">${t("extensions")} <span class="count">${app.format.number(shown)}</span></h2>
        <label class="by"><span>${t("group.by")}</span><select value=${by} onChange=${(/** @type {any} */ event) => app.choose({ groups: event.target.value })}>
          ${GROUPS.map((group) => html`<option value=${group} selected=${group === by}>${t(`group.${group}`)}</option>`)}</select></label>
        <${Curl} app=${app} action="extension-status-list" /></header>
      ${app.picked && html`<p class="hint" role="status">${t("transfer.pick")}</p>`}
      <div class="groups" onKeyDown=${arrows}>
        ${groups.map((group) => html`<div class="group" key=${group.name ?? ""}>
          ${(group.name !== null || groups.length > 1) && html`<h3><bdi>${group.name ?? t("group.rest")}</bdi></h3>`}
          <div class="grid">${group.members.map((one) => html`<${TileButton} key=${one.extension} app=${app} language=${app.language}
            tile=${tileOf(state, one, calls.get(one.extension))} isMe=${one.extension === app.me} tabs=${one.extension === at} picks=${app.picked !== null} />`)}</div>
        </div>`)}
        ${shown === 0 && html`<p class="nothing">${t(app.typed ? "extensions.nothing_found" : "extensions.none")}</p>`}
      </div>
    </section>
    <${Calls} app=${app} />
    ${app.opened && html`<${ExtensionPanel} key=${app.opened} app=${app} number=${app.opened} />`}
  </div>`
}
