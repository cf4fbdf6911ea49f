/** One extension, opened from its tile: what can be done with it, its forwards, its last calls. */
import { Component, createRef, html } from "../lib/html.js"
import { Icon } from "../lib/icons.js"
import { callsByExtension, tileOf } from "../model/tiles.js"
import { Act, Curl } from "./act.js"
import { CallCard } from "./call_card.js"
import { ActionForm } from "./form.js"

/** @typedef {import("../lib/app.js").App} App */
const LAST = 5

/** @extends {Component<{app: App, number: string}>} */
export class ExtensionPanel extends Component {
  /** @type {{forwards: any, last: any[] | null, edits: boolean}} */
  state = { forwards: null, last: null, edits: false }
  panel = createRef()
  isThere = true

  componentDidMount() {
    this.panel.current?.focus()
    void this.look()
  }

  componentWillUnmount() {
    this.isThere = false
  }

  async look() {
    const { app, number } = this.props
    const [forwards, last] = await Promise.all([
      app.can("extension-forward-details") ? app.api.ask("extension-forward-details", { extension: number }).catch(() => null) : null,
      app.can("cdr-search") ? app.api.ask("cdr-search", { extension: number, limit: LAST }).catch(() => null) : null,
    ])
    if (this.isThere) this.setState({ forwards, last: last?.items ?? [], edits: false })
  }

  close = () => {
    const { app, number } = this.props
    app.opened = null
    app.changed()
    const tile = [...document.querySelectorAll("[data-drop]")].find((one) => one instanceof HTMLElement && one.dataset.drop === number)
    if (tile instanceof HTMLElement) tile.focus()
  }

  /** @param {KeyboardEvent} event */
  key = (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) this.close()
  }

  render() {
    const { app, number } = this.props
    const { forwards, last, edits } = this.state
    const { t, state } = app
    const extension = state.extensions.get(number)
    if (!extension) return null
    const mine = callsByExtension(state.calls.values()).get(number) ?? []
    const tile = tileOf(state, extension, mine)
    const agents = state.agents.filter((agent) => agent.extension === number)
    const own = app.me && state.extensions.get(app.me)
    const calls = own && app.me !== number && {
      caller_id_number: own.effective_caller_id_number || app.me, caller_id_name: own.effective_caller_id_name || undefined,
      destination_a: app.me, destination_b: number, wait: 0,
    }
    return html`<section class="panel" role="dialog" aria-label=${t("extension.of", { number, name: tile.name })} tabindex="-1" ref=${this.panel} onKeyDown=${this.key}>
      <header class="bar"><h2><bdi class="number">${number}</bdi> <bdi>${tile.name}</bdi></h2>
        <button type="button" class="act round" aria-label=${t("close")} onClick=${this.close}><${Icon} name="close" /></button></header>
      <p class="how"><span class="chip">${t(`state.${tile.state}`)}</span>${agents.map((agent) => html`<span class="chip" key=${agent.number}>${t("extension.agent", { number: agent.number })}</span>`)}</p>
      <div class="verbs">
        ${calls && html`<${Act} app=${app} action="originate" kind="good" icon="answer" label=${t("extension.call")} parameters=${calls} done=${t("done.rings_first", { me: app.me })} />`}
        <${Act} app=${app} action="extension-dnd-set" icon="moon" label=${t(tile.dnd ? "dnd.off" : "dnd.on")} parameters=${{ extension: number, enabled: !tile.dnd }} />
        ${app.me === number
          ? html`<button type="button" class="act" onClick=${() => app.choose({ me: "" })}><span>${t("me.not")}</span></button>`
          : html`<button type="button" class="act" onClick=${() => app.choose({ me: number })}><span>${t("me.here")}</span></button>`}
      </div>
      ${mine.map(({ call }) => html`<${CallCard} key=${call.call_uuid} app=${app} call=${call} marks=${app.marksOf(call)} turn=${app.turn} />`)}
      ${forwards && html`<section><h3>${t("forwards")} <${Curl} app=${app} action="extension-forward-details" parameters=${{ extension: number }} /></h3>
        ${edits
          ? html`<${ActionForm} app=${app} action="extension-forward-set" about=${{ extension: number }} record=${forwards} hidden=${["extension_uuid"]} done=${() => this.look()} cancel=${() => this.setState({ edits: false })} />`
          : html`<dl class="facts">${["unconditional", "busy", "noanswer", "unregistered"].map((kind) => html`<div key=${kind}><dt>${t(`forward.${kind}`)}</dt>
              <dd>${forwards[kind]?.enabled ? html`<bdi>${forwards[kind].destination}</bdi>` : t("forward.off")}</dd></div>`)}</dl>
            ${app.can("extension-forward-set") && html`<button type="button" class="act" onClick=${() => this.setState({ edits: true })}><span>${t("change")}</span></button>`}`}</section>`}
      ${last && last.length > 0 && html`<section><h3>${t("pop.last")} <${Curl} app=${app} action="cdr-search" parameters=${{ extension: number, limit: LAST }} /></h3>
        <ul class="last">${last.map((one) => html`<li key=${one.xml_cdr_uuid}><time dateTime=${one.start_stamp}>${app.format.moment(one.start_stamp)}</time>
          <bdi>${one.source_number === number ? one.caller_destination : one.caller_id_name || one.caller_id_number}</bdi>
          <span>${one.missed_call ? t("log.missed") : app.format.length(one.billsec)}</span></li>`)}</ul></section>`}
    </section>`
  }
}
