/** A form for any action, made from its JSON Schema: so that a new action has one the day it exists. */
import { Component, createRef, html } from "../lib/html.js"
import { Refusal } from "../lib/api.js"
import { begun, fieldsOf, written } from "../model/schema.js"
import { Answer } from "./answer.js"
import { FieldSet } from "./fields.js"

/** @typedef {import("../lib/app.js").App} App @typedef {import("../model/schema.js").Field} Field */
/**
 * @typedef {{app: App, action: string, about?: Record<string, any>, record?: Record<string, any>, done?: (answer: any) => void,
 *   cancel?: () => void, hidden?: string[], atOnce?: boolean}} FormProps
 *   `about`: the reference to what it is about, always said; `record`: what it holds now, of which only changes are said;
 *   `atOnce`: it only reads, and nothing more need be asked
 */

/** @type {Map<string, Promise<any>>} */
const known = new Map()

/** What `action-details` says, once. @param {App} app @param {string} action */
function detailsOf(app, action) {
  const found = known.get(action) ?? app.api.ask("action-details", { name: action })
  known.set(action, found)
  found.catch(() => known.delete(action))
  return found
}

/** What must be there comes first, then what is there. @param {Field} field @param {Record<string, any>} held */
const rank = (field, held) => (field.required ? 0 : /^(name|display_name|.*_name)$/.test(field.name) && held[field.name] !== undefined ? 1 : held[field.name] !== undefined ? 2 : 3)

/** @extends {Component<FormProps>} */
export class ActionForm extends Component {
  /** @type {{details: any, fields: Field[], held: Record<string, any>, before: Record<string, any>, wrong: Record<string, string>, said: string, busy: boolean, answer: any}} */
  state = { details: null, fields: [], held: {}, before: {}, wrong: {}, said: "", busy: false, answer: null }
  isThere = true
  form = createRef()

  componentDidMount() {
    void this.begin()
  }

  componentWillUnmount() {
    this.isThere = false
  }

  async begin() {
    const { app, action, about = {}, record = {}, hidden = [] } = this.props
    try {
      const details = await detailsOf(app, action)
      const fields = fieldsOf(details.request).filter((one) => !(one.name in about) && !hidden.includes(one.name))
      const before = begun(fields, record)
      fields.sort((one, two) => rank(one, before) - rank(two, before))
      if (this.isThere) this.setState({ details, fields, held: { ...before }, before }, () => app.point({ action, parameters: about }))
      if (this.isThere && this.props.atOnce) void this.send()
    } catch (refusal) {
      app.fail(refusal, action)
    }
  }

  get request() {
    const { fields, held, before } = this.state
    const { about = {}, record } = this.props
    const { parameters, wrong } = written(fields, held, record ? before : {})
    return { parameters: { ...about, ...parameters }, wrong }
  }

  /** @param {string} name @param {any} value */
  change = (name, value) => {
    const { [name]: _, ...wrong } = this.state.wrong
    this.setState({ held: { ...this.state.held, [name]: value }, wrong })
    this.props.app.point({ action: this.props.action, parameters: this.request.parameters })
  }

  /** @param {Event} [event] */
  send = async (event) => {
    event?.preventDefault()
    const { app, action, done } = this.props
    const { parameters, wrong } = this.request
    if (Object.keys(wrong).length) {
      const words = Object.entries(wrong).map(([name, what]) => [name, app.t(`form.wrong.${what}`)])
      return this.setState({ wrong: Object.fromEntries(words), said: app.t("form.wrong") }, this.toWrong)
    }
    this.setState({ busy: true, said: "", wrong: {} })
    try {
      const answer = await app.api.ask(action, parameters)
      if (!this.props.atOnce) app.tell("good", app.t("form.done", { action }))
      if (this.isThere) this.setState({ answer, busy: false, before: { ...this.state.held } })
      done?.(answer)
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      const of = refusal.errors.map((one) => [String(one.parameter).split(".")[0], one.message])
      this.setState({ busy: false, said: app.wordsOf(refusal), wrong: Object.fromEntries(of) }, this.toWrong)
    }
  }

  toWrong = () => {
    const found = this.form.current?.querySelector("[aria-invalid=true]")
    if (found instanceof HTMLElement) found.focus()
  }

  render() {
    const { app, action, cancel } = this.props
    const { details, fields, held, wrong, said, busy, answer } = this.state
    const { t } = app
    if (!details) return html`<p class="nothing">${t("loading")}</p>`
    const { parameters } = this.request
    return html`<form class="action-form" ref=${this.form} aria-label=${details.summary} noValidate onSubmit=${this.send}>
      <p class="about"><code>${action}</code> ${details.summary}</p>
      ${said && html`<p class="said" role="alert">${said}</p>`}
      <${FieldSet} app=${app} fields=${fields} held=${held} wrong=${wrong} change=${this.change} path=${action} />
      <div class="ways"><button type="submit" class="act first" aria-busy=${busy}><span>${t("form.send")}</span></button>
        ${cancel && html`<button type="button" class="act" onClick=${cancel}><span>${t("cancel")}</span></button>`}</div>
      ${app.chosen.curl && html`<pre class="code"><code>${app.api.curl(action, parameters)}</code></pre>`}
      ${answer && html`<${Answer} app=${app} answer=${answer} />`}
    </form>`
  }
}
