/** Choosing a number: typed, or an extension that is found by typing (a combobox, as ARIA has them). */
import { Component, createRef, html } from "../lib/html.js"
import { isMeant, tileOf, callsByExtension } from "../model/tiles.js"

/** @typedef {import("../lib/app.js").App} App */
/** @typedef {{label: string, icon?: string, kind?: string, run: (number: string) => void}} Way */
/** @typedef {{app: App, label: string, ways: Way[], cancel: () => void}} BoxProps */
const MOST = 8
let ids = 0

/** @extends {Component<BoxProps>} */
export class NumberBox extends Component {
  state = { typed: "", at: -1 }
  input = createRef()
  id = `number-${(ids += 1)}`

  componentDidMount() {
    this.input.current?.focus()
  }

  get found() {
    const { state } = this.props.app
    const typed = this.state.typed.trim()
    return [...state.extensions.values()].filter((one) => isMeant(state, one, typed)).slice(0, MOST)
  }

  /** What is meant: the marked one, the only one, or the number that was typed. */
  get number() {
    const typed = this.state.typed.trim()
    const marked = this.found[this.state.at]
    if (marked) return marked.extension
    if (/^\+?[0-9*#\s()/.-]+$/.test(typed)) return typed.replace(/[^0-9*#+]/g, "")
    return typed && this.found.length === 1 ? this.found[0].extension : null
  }

  /** @param {Way} way */
  go(way) {
    const { number } = this
    if (number) way.run(number)
    else this.input.current?.focus()
  }

  /** @param {KeyboardEvent} event */
  key = (event) => {
    const last = this.found.length - 1
    const moves = /** @type {Record<string, number>} */ ({
      ArrowDown: Math.min(this.state.at + 1, last), ArrowUp: Math.max(this.state.at - 1, -1), End: last, Home: 0,
    })
    if (event.key in moves && (event.key.startsWith("Arrow") || this.state.at >= 0)) {
      event.preventDefault()
      this.setState({ at: moves[event.key] })
    } else if (event.key === "Enter") {
      event.preventDefault()
      this.go(this.props.ways[0])
    } else if (event.key === "Escape") {
      event.stopPropagation()
      this.props.cancel()
    }
  }

  render() {
    const { app, label, ways, cancel } = this.props
    const { typed, at } = this.state
    const calls = callsByExtension(app.state.calls.values())
    const list = `${this.id}-list`
    return html`<div class="number-box" role="group" aria-label=${label} onKeyDown=${this.key}>
      <label for=${this.id}>${label}</label>
      <input id=${this.id} ref=${this.input} type="text" role="combobox" autocomplete="off" spellcheck=${false}
        aria-expanded="true" aria-controls=${list} aria-autocomplete="list" dir="auto"
        aria-activedescendant=${at >= 0 ? `${list}-${at}` : undefined} placeholder=${app.t("number.placeholder")}
        value=${typed} onInput=${(/** @type {any} */ event) => this.setState({ typed: event.target.value, at: -1 })} />
      <ul id=${list} role="listbox" aria-label=${app.t("number.found")}>
        ${this.found.map((one, place) => {
          const tile = tileOf(app.state, one, calls.get(one.extension))
          return html`<li id="${list}-${place}" key=${one.extension} role="option" aria-selected=${place === at}
            class="option ${tile.state}" onClick=${() => this.setState({ at: place, typed: one.extension }, () => this.input.current?.focus())}>
            <bdi class="number">${one.extension}</bdi> <bdi class="name">${tile.name}</bdi>
            <span class="how">${app.t(`state.${tile.state}`)}</span></li>`
        })}
      </ul>
      <div class="ways">
        ${ways.map((way, place) => html`<button type="button" class="act ${place ? "" : "first"} ${way.kind ?? ""}"
          disabled=${!this.number} onClick=${() => this.go(way)}><span>${way.label}</span></button>`)}
        <button type="button" class="act" onClick=${cancel}><span>${app.t("cancel")}</span></button>
      </div>
    </div>`
  }
}
