/** A button that does an action, and shows it. Where the action is not offered there is no button. */
import { Component, html } from "../lib/html.js"
import { Icon } from "../lib/icons.js"

/** @typedef {import("../lib/app.js").App} App */

/** What a button is called: what it says, so that it can be spoken, and whom it is about.
 * @param {string} label @param {string} [about]
 */
export const named = (label, about) => (about ? `${label}: ${about}` : undefined)

/**
 * @typedef {{app: App, action: string, parameters?: Record<string, unknown>, label: string, icon?: string, kind?: string,
 *   done?: string, quiet?: boolean, hint?: string, disabled?: boolean, keys?: string,
 *   then?: (answer: any) => void}} ActProps
 */

/** @extends {Component<ActProps>} */
export class Act extends Component {
  state = { busy: false }

  do = async () => {
    if (this.state.busy) return
    const { app, action, parameters, done, then } = this.props
    this.setState({ busy: true })
    try {
      const answer = await app.do(action, parameters, done)
      if (answer !== null) then?.(answer)
    } finally {
      this.setState({ busy: false })
    }
  }

  point = () => this.props.app.point({ action: this.props.action, parameters: this.props.parameters ?? {} })

  render() {
    const { app, action, label, icon, kind = "", hint, disabled, keys } = this.props
    if (!app.can(action)) return null
    return html`<button type="button" class="act ${kind}" data-action=${action} aria-keyshortcuts=${keys}
      aria-label=${named(label, hint)} title=${hint} disabled=${disabled} aria-busy=${this.state.busy}
      onClick=${this.do} onMouseEnter=${this.point} onFocus=${this.point}>
      ${icon && html`<${Icon} name=${icon} />`}<span>${label}</span></button>`
  }
}

/** Shows the request of what is read. @param {{app: App, action: string, parameters?: Record<string, unknown>}} props */
export const Curl = ({ app, action, parameters = {} }) =>
  app.can(action) && app.chosen.curl
    ? html`<button type="button" class="act curl" onClick=${() => app.point({ action, parameters })}
        aria-label=${app.t("curl.of", { action })}><${Icon} name="code" /><span>${action}</span></button>`
    : null
