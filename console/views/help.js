/** The keys. */
import { Component, createRef, html } from "../lib/html.js"

/** @typedef {import("../lib/app.js").App} App */
const KEYS = [
  ["A", "keys.answer"], ["/", "keys.find"], ["1 – 4", "keys.views"], ["C", "keys.calls"], ["← ↑ → ↓", "keys.tiles"], ["H", "keys.hold"],
  ["T", "keys.transfer"], ["P", "keys.park"], ["M", "keys.mute"], ["R", "keys.record"], ["L", "keys.monitor"], ["X", "keys.hangup"], ["Esc", "keys.escape"],
]

/** @extends {Component<{app: App, close: () => void}>} */
export class Help extends Component {
  dialog = createRef()

  componentDidMount() {
    this.dialog.current?.showModal()
  }

  render() {
    const { app, close } = this.props
    const { t } = app
    return html`<dialog ref=${this.dialog} class="help" aria-labelledby="help-title" onClose=${close}>
      <h2 id="help-title">${t("help")}</h2><p>${t("help.drag")}</p>
      <dl>${KEYS.map(([key, about]) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${t(about)}</dd></div>`)}</dl>
      <button type="button" class="act first" onClick=${() => this.dialog.current?.close()}><span>${t("close")}</span></button></dialog>`
  }
}
