/** The office: what is changed weekly. Lists and forms are made of what the endpoint offers. */
import { Component, html } from "../lib/html.js"
import { Curl } from "./act.js"
import { ActionForm } from "./form.js"
import { FAMILIES, actionsOf, asRequested, referenceOf } from "./office_families.js"

/** @typedef {import("../lib/app.js").App} App @typedef {import("./office_families.js").Family} Family */

const LOOKS_AGAIN_AFTER = 500

/** @extends {Component<{app: App}>} */
export class Office extends Component {
  /** @type {{family: string, items: any[] | null, cursor: string | null, record: any, action: string, search: string, changes: number}} */
  state = { family: FAMILIES[0].noun, items: null, cursor: null, record: null, action: "", search: "", changes: 0 }
  isThere = true
  turn = 0
  timer = 0

  componentDidMount() {
    const first = FAMILIES.find((one) => this.props.app.can(one.list))
    this.open(first?.noun ?? "actions")
  }

  /** What somebody else changes is seen; so is what was done here. */
  componentDidUpdate() {
    const { app } = this.props
    const { family, items, changes } = this.state
    if (items === null || this.timer || (app.state.changes[family] ?? 0) === changes) return
    this.timer = window.setTimeout(() => {
      this.timer = 0
      void this.look()
    }, LOOKS_AGAIN_AFTER)
  }

  componentWillUnmount() {
    this.isThere = false
    window.clearTimeout(this.timer)
  }

  /** @param {string} family */
  open(family) {
    this.setState({ family, items: null, cursor: null, record: null, action: "", search: "" }, () => this.look())
  }

  get family() {
    return FAMILIES.find((one) => one.noun === this.state.family)
  }

  /** @param {string | null} [cursor] */
  async look(cursor = null) {
    const { app } = this.props
    const { family } = this
    if (!family) return
    const turn = (this.turn += 1)
    const search = this.state.search.trim()
    const answer = await app.do(family.list, { ...(search && { search }), ...(cursor && { cursor }) })
    if (!this.isThere || turn !== this.turn) return
    const items = answer?.items ?? []
    this.setState({ items: cursor ? [...(this.state.items ?? []), ...items] : items, cursor: answer?.next_cursor ?? null, changes: app.state.changes[family.noun] ?? 0 })
  }

  /** @param {any} record */
  choose = async (record) => {
    const { app } = this.props
    const { family } = this
    if (!family) return
    this.setState({ record, action: "" })
    const details = `${family.noun}-details`
    if (app.can(details)) {
      const whole = await app.api.ask(details, referenceOf(family, record)).catch(() => null)
      if (whole && this.isThere && this.state.record === record) this.setState({ record: { ...record, ...whole } })
    }
  }

  done = (/** @type {any} */ answer) => {
    const { action, record } = this.state
    if (action.endsWith("-delete") && answer?.deleted) this.setState({ record: null, action: "" })
    else if (record && answer?.version) this.setState({ record: { ...record, ...answer } })
    void this.look()
  }

  /** @param {Family} family */
  list(family) {
    const { app } = this.props
    const { items, cursor, record, search } = this.state
    const { t } = app
    const create = `${family.noun}-create`
    return html`<div class="office-list">
      <form class="filters" role="search" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); void this.look() }}>
        <label><span class="quiet">${t("search")}</span><input type="search" placeholder=${t("search")} value=${search} onInput=${(/** @type {any} */ event) => this.setState({ search: event.target.value })} /></label>
        ${[create, ...family.also].filter((one) => app.can(one)).map((one) => html`<button type="button" key=${one} class="act ${one === create ? "first" : ""}" onClick=${() => this.setState({ action: one, record: null })}><span>${one === create ? t("office.create") : one}</span></button>`)}
        <${Curl} app=${app} action=${family.list} />
      </form>
      <ul class="records" aria-label=${t(`family.${family.noun}`)}>${(items ?? []).map((one) => html`<li key=${one[family.uuid]}><button type="button" class="record" aria-current=${record?.[family.uuid] === one[family.uuid] ? "true" : undefined} onClick=${() => this.choose(one)}>
        ${family.shown.map((name, place) => one[name] !== null && one[name] !== undefined && one[name] !== "" && html`<bdi key=${name} class=${place ? "aside" : "name"}>${family.word?.(name, one[name], t) ?? String(one[name])}</bdi>`)}</button></li>`)}</ul>
      ${items === null && html`<p class="nothing">${t("loading")}</p>`}${items?.length === 0 && html`<p class="nothing">${t("office.none")}</p>`}
      ${cursor && html`<p><button type="button" class="act" onClick=${() => this.look(cursor)}><span>${t("more")}</span></button></p>`}
    </div>`
  }

  /** @param {Family} family */
  record(family) {
    const { app } = this.props
    const { record, action } = this.state
    const { t } = app
    const isUpdate = action === `${family.noun}-update`
    const about = record ? { ...referenceOf(family, record), ...(isUpdate && { if_version: record.version }) } : {}
    const facts = record ? Object.entries(record).filter(([, value]) => value !== null && value !== "" && typeof value !== "object") : []
    const isAside = (/** @type {[string, unknown]} */ [name]) => /_uuid$|^(insert|update)_|^version$/.test(name)
    const lines = (/** @type {[string, unknown][]} */ some) => html`<dl class="facts">${some.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd><bdi>${String(value)}</bdi></dd></div>`)}</dl>`
    return html`<div class="office-record">
      ${record && html`<header class="bar"><h3><bdi>${String(record[family.shown[0]] ?? "")}</bdi></h3></header>
        <div class="verbs">${actionsOf(app.offered, family).map((one) => html`<button type="button" key=${one} class="act ${one.endsWith("-delete") ? "bad" : ""}" aria-pressed=${action === one} onClick=${() => this.setState({ action: one })}><span>${one}</span></button>`)}</div>`}
      ${action && html`<${ActionForm} key=${`${action}${record?.[family.uuid] ?? ""}`} app=${app} action=${action} about=${about} record=${isUpdate ? asRequested(family, record) : undefined} hidden=${record ? family.hides : []} atOnce=${action.endsWith("-list")}
        done=${this.done} cancel=${() => this.setState({ action: "" })} />`}
      ${record && !action && html`${lines(facts.filter((one) => !isAside(one)))}<details class="also"><summary>${t("office.also")}</summary>${lines(facts.filter(isAside))}</details>`}
      ${!record && !action && html`<p class="nothing">${t("office.choose")}</p>`}
    </div>`
  }

  actions() {
    const { app } = this.props
    const { action, search } = this.state
    const found = [...app.offered].filter((one) => one.includes(search.trim().toLowerCase())).sort()
    return html`<div class="office-list"><form class="filters" role="search" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}><label><span class="quiet">${app.t("search")}</span><input type="search" placeholder=${app.t("search")} value=${search} onInput=${(/** @type {any} */ event) => this.setState({ search: event.target.value })} /></label></form>
        <ul class="records">${found.map((one) => html`<li key=${one}><button type="button" class="record" aria-current=${one === action ? "true" : undefined} onClick=${() => this.setState({ action: one })}><code>${one}</code></button></li>`)}</ul></div>
      <div class="office-record">${action ? html`<${ActionForm} key=${action} app=${app} action=${action} cancel=${() => this.setState({ action: "" })} />` : html`<p class="nothing">${app.t("office.choose_action")}</p>`}</div>`
  }

  render() {
    const { app } = this.props
    const { t } = app
    const { family } = this
    const some = FAMILIES.filter((one) => app.can(one.list))
    return html`<div class="office"><nav class="families" aria-label=${t("office")}>
        ${[...some.map((one) => one.noun), "actions"].map((noun) => html`<button type="button" key=${noun} class="family" aria-current=${noun === this.state.family ? "page" : undefined} onClick=${() => this.open(noun)}>${t(`family.${noun}`)}</button>`)}</nav>
      <h2 class="quiet">${t("office")}</h2>
      ${family ? html`${this.list(family)}${this.record(family)}` : this.actions()}</div>`
  }
}
