/** The page around the views: where one is, whether it is live, what is being said. */
import { Component, html } from "../lib/html.js"
import { Icon } from "../lib/icons.js"
import { LANGUAGES } from "../lib/words.js"
import { Board } from "./board.js"
import { ringingCalls } from "./calls.js"
import { CurlBar } from "./curl_bar.js"
import { Help } from "./help.js"
import { Log } from "./log.js"
import { Office } from "./office.js"
import { Queues } from "./queues.js"
import { SignIn } from "./sign_in.js"
import { Wallboard } from "./wallboard.js"
import { ringing } from "../model/calls.js"

/** @typedef {import("../lib/app.js").App} App */
const VIEWS = /** @type {const} */ ([
  ["board", Board, "extension-status-list"], ["queues", Queues, "queue-status"], ["log", Log, "cdr-search"], ["office", Office, "action-details"],
])

/** @param {{app: App}} props */
function Current({ app }) {
  const { t, mode } = app
  return html`<p class="current ${mode}" role="status"><span class="dot" aria-hidden="true"></span><span>${t(`mode.${mode}`)}</span></p>`
}

/** @param {{app: App}} props */
function Chosen({ app }) {
  const { t, chosen } = app
  const extensions = [...app.state.extensions.values()]
  return html`<details class="chosen"><summary>${t("settings")}</summary><div class="sheet">
    <label><span>${t("me")}</span><select value=${app.me ?? ""} onChange=${(/** @type {any} */ event) => app.choose({ me: event.target.value })}>
      <option value="">${t("me.none")}</option>${extensions.map((one) => html`<option key=${one.extension} value=${one.extension} selected=${one.extension === app.me}>${one.extension} ${one.effective_caller_id_name}</option>`)}</select></label>
    <label><span>${t("crm")}</span><input type="url" placeholder="https://crm.example.net/?phone={number}" value=${chosen.crm ?? ""} onChange=${(/** @type {any} */ event) => app.choose({ crm: event.target.value })} /><small>${t("crm.about")}</small></label>
    <label><span>${t("language")}</span><select value=${app.language} onChange=${(/** @type {any} */ event) => app.choose({ language: event.target.value })}>
      ${Object.entries(LANGUAGES).map(([key, words]) => html`<option key=${key} value=${key} lang=${key} selected=${key === app.language}>${words["language.name"]}</option>`)}</select></label>
    <label class="check"><input type="checkbox" checked=${Boolean(chosen.curl)} onChange=${(/** @type {any} */ event) => app.choose({ curl: event.target.checked })} /><span>${t("curl.show")}</span></label>
    <button type="button" class="act" onClick=${() => app.signOut()}><span>${t("sign_out")}</span></button></div></details>`
}

/** @extends {Component<{app: App}>} */
export class Shell extends Component {
  state = { helps: false }

  componentDidMount() {
    document.addEventListener("keydown", this.key)
  }

  componentWillUnmount() {
    document.removeEventListener("keydown", this.key)
  }

  /** Letters for the whole page; those of a call are its card's. @param {KeyboardEvent} event */
  key = (event) => {
    const at = /** @type {HTMLElement} */ (event.target)
    if (event.ctrlKey || event.metaKey || event.altKey || at.closest("input, textarea, select, [contenteditable], dialog")) return
    const { app } = this.props
    if (!app.signed || event.defaultPrevented) return
    const view = this.views[Number(event.key) - 1]
    if (view) app.show(view[0])
    else if (event.key === "?") this.setState({ helps: true })
    else if (event.key === "/") document.getElementById("find")?.focus()
    else if (event.key.toLowerCase() === "a") this.answer()
    else if (event.key.toLowerCase() === "c") focusOn(".calls .card")
    else return
    event.preventDefault()
  }

  answer() {
    const { app } = this.props
    const [call] = ringingCalls(app)
    const leg = call && (ringing(call).find((one) => one.extension === app.me) ?? ringing(call)[0])
    if (leg && app.can("call-answer")) void app.do("call-answer", { call_uuid: call.call_uuid, leg_uuid: leg.leg_uuid })
  }

  get views() {
    return VIEWS.filter(([, , action]) => this.props.app.can(action))
  }

  render() {
    const { app } = this.props
    const { t, mode } = app
    if (!app.signed) return html`<${SignIn} app=${app} again=${false} />`
    const View = app.view === "wallboard" ? Wallboard : (VIEWS.find(([name]) => name === app.view)?.[1] ?? Board)
    const isWall = app.view === "wallboard"
    return html`<div class=${`page ${mode} ${isWall ? "on-wall" : ""}`} data-mode=${mode}>
      <a class="skip" href="#content" onClick=${(/** @type {Event} */ event) => { event.preventDefault(); document.getElementById("content")?.focus() }}>${t("skip")}</a>
      <header class="head"><h1><img src="icon.svg" alt="" width="24" height="24" /><span class="brand">Ringpost</span></h1>
        ${app.signed.domain && html`<bdi class="domain">${app.signed.domain}</bdi>`}
        <${Current} app=${app} />
        <nav aria-label=${t("views")}>${this.views.map(([name], place) => html`<button type="button" key=${name} aria-current=${name === app.view ? "page" : undefined} aria-keyshortcuts=${place + 1} onClick=${() => app.show(name)}>${t(`view.${name}`)}</button>`)}</nav>
        <label class="find"><${Icon} name="search" /><span class="quiet">${t("find")}</span><input id="find" type="search" autocomplete="off" dir="auto" placeholder=${t("find")} aria-keyshortcuts="/" value=${app.typed}
          onInput=${(/** @type {any} */ event) => { app.typed = event.target.value; if (app.view !== "board") app.show("board"); app.changed() }} /></label>
        <${Chosen} app=${app} />
        <button type="button" class="act round" aria-label=${t("help")} aria-keyshortcuts="?" onClick=${() => this.setState({ helps: true })}><${Icon} name="help" /></button></header>
      ${mode === "away" && html`<p class="away-bar" role="alert">${t(app.asksAgain ? "away.signed_out" : "away")}</p>`}
      <main id="content" tabindex="-1">${mode === "loading" && !app.state.extensions.size ? html`<p class="nothing">${t("loading")}</p>` : html`<${View} app=${app} />`}</main>
      <${CurlBar} app=${app} />
      <div class="messages" role="log" aria-label=${t("messages")}>${app.messages.map((one) => html`<p key=${one.id} class=${one.kind} role=${one.kind === "bad" ? "alert" : "status"}><span>${one.text}</span>
        ${one.kind === "bad" && html`<button type="button" class="act round" aria-label=${t("close")} onClick=${() => app.dismiss(one)}><${Icon} name="close" /></button>`}</p>`)}</div>
      <p class="quiet" role="status" aria-live="assertive">${app.said}</p>
      ${this.state.helps && html`<${Help} app=${app} close=${() => this.setState({ helps: false })} />`}
      ${app.asksAgain && html`<${SignIn} app=${app} again=${true} />`}
    </div>`
  }
}

/** @param {string} selector */
function focusOn(selector) {
  const found = document.querySelector(selector)
  if (found instanceof HTMLElement) found.focus()
}
