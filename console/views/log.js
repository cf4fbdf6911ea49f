/** The call log: filters, pages, recordings that play here, and a file to take along. */
import { Component, html } from "../lib/html.js"
import { Icon } from "../lib/icons.js"
import { Curl, named } from "./act.js"
import { Recordings } from "./recordings.js"

/** @typedef {import("../lib/app.js").App} App */
const PAGE = 50
const FILTERS = ["number", "extension", "call_direction", "missed", "from", "until"]

/** What is asked for, of what somebody has chosen. @param {Record<string, string>} chosen */
function filtersOf(chosen) {
  const said = Object.entries(chosen).filter(([, value]) => value !== "")
  return Object.fromEntries(said.map(([name, value]) => [name,
    name === "missed" ? true : ["from", "until"].includes(name) ? new Date(value).toISOString() : value]))
}

/** @extends {Component<{app: App}>} */
export class Log extends Component {
  /** @type {{chosen: Record<string, string>, items: any[], cursor: string | null, opened: string | null, busy: boolean, changes: number}} */
  state = { chosen: Object.fromEntries(FILTERS.map((name) => [name, ""])), items: [], cursor: null, opened: null, busy: false, changes: 0 }
  isThere = true

  componentDidMount() {
    void this.look()
  }

  componentWillUnmount() {
    this.isThere = false
  }

  /** @param {string | null} [cursor] */
  async look(cursor = null) {
    const { app } = this.props
    this.setState({ busy: true, changes: app.state.changes.cdr ?? 0 })
    const answer = await app.do("cdr-search", { ...filtersOf(this.state.chosen), limit: PAGE, ...(cursor && { cursor }) })
    if (!this.isThere) return
    if (!answer) return this.setState({ busy: false })
    const items = cursor ? [...this.state.items, ...answer.items] : answer.items
    const isLast = answer.items.length === 0 || !answer.next_cursor
    this.setState({ items, cursor: isLast ? null : answer.next_cursor, busy: false })
  }

  /** @param {string} name @param {string} value */
  choose = (name, value) => this.setState({ chosen: { ...this.state.chosen, [name]: value } })

  /** All pages as one CSV file. */
  take = async () => {
    const { app } = this.props
    const parts = []
    let cursor = null
    do {
      const answer = await app.do("cdr-export", { ...filtersOf(this.state.chosen), ...(cursor && { cursor }) })
      if (!answer) return
      parts.push(answer.csv ?? answer)
      cursor = answer.next
    } while (cursor)
    const link = document.createElement("a")
    link.href = URL.createObjectURL(new Blob(parts, { type: "text/csv" }))
    link.download = `calls-${new Date().toISOString().slice(0, 10)}.csv`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  }

  filters() {
    const { app } = this.props
    const { t } = app
    const { chosen } = this.state
    const field = (/** @type {string} */ name, type = "text") => html`<label><span>${t(`log.${name}`)}</span>
      <input type=${type} name=${name} dir="auto" value=${chosen[name]} onInput=${(/** @type {any} */ event) => this.choose(name, event.target.value)} /></label>`
    return html`<form class="filters" role="search" aria-label=${t("log.filter")} onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); void this.look() }}>
      ${field("number")}${field("extension")}
      <label><span>${t("log.call_direction")}</span><select value=${chosen.call_direction} onChange=${(/** @type {any} */ event) => this.choose("call_direction", event.target.value)}>
        <option value="">${t("any")}</option>${["inbound", "outbound", "local"].map((one) => html`<option value=${one} selected=${one === chosen.call_direction}>${t(`direction.${one}`)}</option>`)}</select></label>
      ${field("from", "datetime-local")}${field("until", "datetime-local")}
      <label class="check"><input type="checkbox" checked=${chosen.missed !== ""} onChange=${(/** @type {any} */ event) => this.choose("missed", event.target.checked ? "true" : "")} /><span>${t("log.only_missed")}</span></label>
      <button type="submit" class="act first" aria-busy=${this.state.busy}><${Icon} name="search" /><span>${t("log.look")}</span></button>
      ${app.can("cdr-export") && html`<button type="button" class="act" onClick=${this.take}><span>${t("log.export")}</span></button>`}
      <${Curl} app=${app} action="cdr-search" parameters=${{ ...filtersOf(chosen), limit: PAGE }} />
    </form>`
  }

  render() {
    const { app } = this.props
    const { t, format, state } = app
    const { items, cursor, opened, changes } = this.state
    const name = (/** @type {string | null} */ number) => (number && state.nameOf(number)) || number || ""
    const isOld = (state.changes.cdr ?? 0) > changes
    return html`<div class="log"><header class="bar"><h2>${t("log")}</h2>
        ${isOld && html`<button type="button" class="act" onClick=${() => this.look()}><span>${t("log.newer")}</span></button>`}</header>
      ${this.filters()}
      <div class="scroll" tabindex="0" role="region" aria-label=${t("log")}><table><thead><tr><th scope="col">${t("log.when")}</th><th scope="col">${t("log.caller")}</th><th scope="col">${t("log.called")}</th>
        <th scope="col">${t("log.answered")}</th><th scope="col" class="end">${t("log.length")}</th><th scope="col">${t("actions")}</th></tr></thead>
      <tbody>${items.map((one) => html`<tr key=${one.xml_cdr_uuid} class=${one.missed_call ? "missed" : ""}>
          <td><time dateTime=${one.start_stamp}>${format.moment(one.start_stamp)}</time></td>
          <td><${Icon} name=${one.direction === "inbound" ? "in" : one.direction === "outbound" ? "out" : "people"} /><span class="quiet">${t(`direction.${one.direction ?? "local"}`)}</span>
            <bdi class="name">${one.caller_id_name || name(one.caller_id_number)}</bdi> ${one.caller_id_name && html`<bdi class="number">${one.caller_id_number}</bdi>`}</td>
          <td><bdi>${name(one.caller_destination ?? one.destination_number)}</bdi></td>
          <td>${one.missed_call ? html`<span class="chip bad">${t("log.missed")}</span>` : html`<bdi>${name(one.answered_by)}</bdi>`}</td>
          <td class="end">${format.length(one.billsec)}</td>
          <td>${app.can("recording-list") && html`<button type="button" class="act" aria-expanded=${opened === one.xml_cdr_uuid} aria-label=${named(t("recordings"), one.caller_id_name || one.caller_id_number)}
            onClick=${() => this.setState({ opened: opened === one.xml_cdr_uuid ? null : one.xml_cdr_uuid })}><span>${t("recordings")}</span></button>`}</td></tr>
        ${opened === one.xml_cdr_uuid && html`<tr key=${`${one.xml_cdr_uuid}-recordings`}><td colspan="6"><${Recordings} app=${app} call_uuid=${one.xml_cdr_uuid} /></td></tr>`}`)}</tbody></table></div>
      ${items.length === 0 && !this.state.busy && html`<p class="nothing">${t("log.nothing")}</p>`}
      ${cursor && html`<p><button type="button" class="act" onClick=${() => this.look(cursor)}><span>${t("more")}</span></button></p>`}
    </div>`
  }
}
