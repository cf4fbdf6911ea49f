/** The pop: who calls, what is known of them, their last calls, and the way into the CRM. */
import { crmAddress } from "../lib/crm.js"
import { Component, html } from "../lib/html.js"
import { partyOf } from "../model/calls.js"
import { CallCard } from "./call_card.js"

/** @typedef {import("../lib/app.js").App} App @typedef {import("../model/calls.js").Call} Call */
const LAST = 4

/** @extends {Component<{app: App, call: Call, marks: any}>} */
export class Pop extends Component {
  /** @type {{contact: any, last: any[] | null}} */
  state = { contact: null, last: null }
  isThere = true

  componentDidMount() {
    void this.look()
  }

  componentWillUnmount() {
    this.isThere = false
  }

  async look() {
    const { app, call } = this.props
    const number = call.caller_id_number
    const [found, calls] = await Promise.all([
      app.can("contact-lookup") ? app.api.ask("contact-lookup", { number }).catch(() => null) : null,
      app.can("cdr-search") ? app.api.ask("cdr-search", { number, limit: LAST }).catch(() => null) : null,
    ])
    if (this.isThere) this.setState({ contact: found?.contact ?? null, last: calls?.items ?? [] })
  }

  render() {
    const { app, call, marks } = this.props
    const { contact, last } = this.state
    const { t } = app
    const caller = partyOf(call, call.legs[0], app.state.nameOf)
    const name = contact?.display_name || caller.name
    const crm = app.chosen.crm && crmAddress(app.chosen.crm, { number: caller.number, name: name ?? "", contact_id: contact?.external_id ?? "" })
    return html`<section class="pop" aria-label=${t("pop", { who: name || caller.number })}>
      <p class="caller"><bdi class="name">${name || caller.number}</bdi> ${name && html`<bdi class="number">${caller.number}</bdi>`}
        ${contact?.company && html`<bdi class="company">${contact.company}</bdi>`}</p>
      ${contact?.description && html`<p class="about"><bdi>${contact.description}</bdi></p>`}
      <${CallCard} app=${app} call=${call} marks=${marks} turn=${app.turn} />
      ${crm && html`<p><a class="crm" href=${crm} target="_blank" rel="noopener noreferrer">${t("pop.crm")}</a></p>`}
      ${last && last.length > 0 && html`<ul class="last" aria-label=${t("pop.last")}>${last.map((one) => html`<li key=${one.xml_cdr_uuid}>
        <time dateTime=${one.start_stamp}>${app.format.moment(one.start_stamp)}</time>
        <span>${one.missed_call ? t("log.missed") : one.answered_by ? t("log.answered_by", { by: app.state.nameOf(one.answered_by) || one.answered_by }) : t(`direction.${one.direction ?? "local"}`)}</span>
        <span>${app.format.length(one.billsec)}</span></li>`)}</ul>`}
      ${last && last.length === 0 && html`<p class="nothing">${t("pop.first")}</p>`}
    </section>`
  }
}
