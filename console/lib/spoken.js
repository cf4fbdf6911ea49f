/** How the page speaks: its language, what somebody has chosen, what is said, and what was sent. */
import { formats } from "./format.js"
import { directionOf, languageFor, wordsOf } from "./words.js"

const CHOSEN = "ringpost.chosen"
const MOST_REQUESTS = 20

/** @typedef {{language?: string, me?: string, crm?: string, groups?: "none" | "extensiongroup" | "usergroup", curl?: boolean}} Chosen */
/** @typedef {{id: number, kind: "good" | "bad", text: string}} Message */

export class Spoken {
  /** @param {() => void} draw @param {Storage} kept */
  constructor(draw, kept) {
    this.draw = draw
    this.kept = kept
    /** @type {Chosen} */
    this.chosen = read(kept)
    this.language = this.chosen.language ?? languageFor(navigator.languages)
    this.t = wordsOf(this.language)
    this.format = formats(this.language)
    this.speak(this.language)
    /** @type {Message[]} */
    this.messages = []
    /** @type {Record<string, unknown>[]} */
    this.requests = []
    /** @type {{action: string, parameters: Record<string, unknown>} | null} */
    this.pointedAt = null
    this.said = ""
    this.isDrawing = false
  }

  /** @param {Message["kind"]} kind @param {string} text */
  tell(kind, text) {
    const message = { id: Math.random(), kind, text }
    this.messages = [...this.messages.filter((one) => one.text !== text), message].slice(-3)
    window.setTimeout(() => this.dismiss(message), kind === "bad" ? 12_000 : 4000)
    this.changed()
  }

  /** @param {Message} message */
  dismiss(message) {
    this.messages = this.messages.filter((one) => one !== message)
    this.changed()
  }

  /** @param {Record<string, unknown>} request */
  note(request) {
    this.requests = [request, ...this.requests].slice(0, MOST_REQUESTS)
    if (this.chosen.curl) this.changed()
  }

  /** @param {{action: string, parameters: Record<string, unknown>} | null} what */
  point(what) {
    if (!this.chosen.curl || !what) return
    this.pointedAt = what
    this.changed()
  }

  /** @param {Chosen} some */
  choose(some) {
    this.chosen = { ...this.chosen, ...some }
    this.kept.setItem(CHOSEN, JSON.stringify(this.chosen))
    if (some.language) this.speak(some.language)
    this.changed()
  }

  /** @param {string} language */
  speak(language) {
    this.language = language
    this.t = wordsOf(language)
    this.format = formats(navigator.languages.find((one) => one.startsWith(language)) ?? language)
    document.documentElement.lang = language
    document.documentElement.dir = directionOf(language)
  }

  /** Draw the page, once a frame at most. */
  changed() {
    if (this.isDrawing) return
    this.isDrawing = true
    const next = document.hidden ? (/** @type {() => void} */ draw) => window.setTimeout(draw, 1000) : requestAnimationFrame
    next(() => {
      this.isDrawing = false
      this.draw()
    })
  }
}

/** @param {Storage} kept @returns {Chosen} */
function read(kept) {
  try {
    return JSON.parse(kept.getItem(CHOSEN) ?? "{}") ?? {}
  } catch {
    return {}
  }
}
