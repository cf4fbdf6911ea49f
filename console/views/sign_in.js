/** Signing in: a key is pasted once. Over an open page it is asked again, and what was typed there stays. */
import { Component, createRef, html } from "../lib/html.js"
import { Refusal } from "../lib/api.js"
import { tokenIn } from "../lib/session.js"

/** @typedef {import("../lib/app.js").App} App @typedef {import("../lib/session.js").Domain} Domain */

/** @extends {Component<{app: App, again: boolean}>} */
export class SignIn extends Component {
  /** @type {{said: string, busy: boolean, domains: Domain[] | null, choose: ((name: string) => void) | null}} */
  state = { said: "", busy: false, domains: null, choose: null }
  input = createRef()
  dialog = createRef()

  componentDidMount() {
    if (this.props.again) this.dialog.current?.showModal()
    this.input.current?.focus()
  }

  /** @param {Domain[]} domains @returns {Promise<string>} */
  choose = (domains) => new Promise((choose) => this.setState({ domains, choose, busy: false }))

  /** @param {Event} event */
  send = async (event) => {
    event.preventDefault()
    const { app } = this.props
    const input = /** @type {HTMLInputElement} */ (this.input.current)
    const key = tokenIn(input.value)
    if (!key) return this.setState({ said: app.t("sign_in.no_key") })
    input.value = "" // it is not needed any more, and stays nowhere
    this.setState({ busy: true, said: "" })
    try {
      await app.signIn(key, this.choose)
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      const said = refusal.status === 401 ? app.t("sign_in.wrong") : app.wordsOf(refusal)
      this.setState({ said, busy: false, domains: null, choose: null }, () => this.input.current?.focus())
    }
  }

  domains() {
    const { t } = this.props.app
    const { domains, choose } = this.state
    return html`<fieldset class="domains"><legend>${t("sign_in.which")}</legend>
      ${domains?.map((one) => html`<button type="button" class="record" key=${one.domain_uuid} onClick=${() => this.setState({ domains: null }, () => choose?.(one.domain_name))}>
        <bdi class="name">${one.domain_name}</bdi> <bdi class="aside">${one.domain_description ?? ""}</bdi></button>`)}</fieldset>`
  }

  form() {
    const { app, again } = this.props
    const { t } = app
    const { said, busy, domains } = this.state
    return html`<div class="sign-in"><h1>${t(again ? "sign_in.again" : "sign_in")}</h1>
      <p>${t(again ? "sign_in.again.about" : "sign_in.about")}</p>
      ${domains ? this.domains() : html`<form onSubmit=${this.send}>
        <label for="key">${t("sign_in.key")}</label>
        <input id="key" ref=${this.input} type="password" autocomplete="off" spellcheck=${false} required aria-describedby="key-about" aria-invalid=${said ? "true" : undefined} />
        <small id="key-about">${t("sign_in.key.about")}</small>
        ${said && html`<p class="said" role="alert">${said}</p>`}
        <button type="submit" class="act first" aria-busy=${busy}><span>${t("sign_in.send")}</span></button></form>`}
    </div>`
  }

  render() {
    if (!this.props.again) return html`<main class="alone">${this.form()}</main>`
    return html`<dialog ref=${this.dialog} class="again" aria-label=${this.props.app.t("sign_in.again")} onCancel=${(/** @type {Event} */ event) => event.preventDefault()}>${this.form()}</dialog>`
  }
}
