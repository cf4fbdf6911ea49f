/** The recordings of a call, to be heard here. */
import { Component, html } from "../lib/html.js"
import { Curl } from "./act.js"

/** @typedef {import("../lib/app.js").App} App */
const SECONDS = 600

/** @extends {Component<{app: App, call_uuid: string}>} */
export class Recordings extends Component {
  /** @type {{found: any[] | null}} */
  state = { found: null }
  isThere = true

  componentDidMount() {
    void this.look()
  }

  componentWillUnmount() {
    this.isThere = false
  }

  async look() {
    const { app, call_uuid } = this.props
    const listed = await app.do("recording-list", { call_uuid })
    const found = await Promise.all((listed?.items ?? []).map(async (/** @type {any} */ one) =>
      app.can("recording-details") ? app.api.ask("recording-details", { recording_uuid: one.recording_uuid, valid_seconds: SECONDS }).catch(() => one) : one))
    if (this.isThere) this.setState({ found })
  }

  render() {
    const { app, call_uuid } = this.props
    const { found } = this.state
    const { t } = app
    return html`<div class="recordings"><${Curl} app=${app} action="recording-list" parameters=${{ call_uuid }} />
      ${found?.map((one) => html`<p key=${one.recording_uuid}><bdi>${one.extension ?? ""}</bdi> ${app.format.length(one.seconds)}
        ${one.url ? html`<audio controls preload="none" src=${one.url} aria-label=${t("recordings.play", { extension: one.extension ?? "" })}></audio>` : html`<span class="nothing">${t("recordings.awaited")}</span>`}</p>`)}
      ${found?.length === 0 && html`<p class="nothing">${t("recordings.none")}</p>`}</div>`
  }
}
