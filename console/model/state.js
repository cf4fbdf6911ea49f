/** All that the page knows: lists as they were asked for, changed by what happens since. Pure. */
import { callOf } from "./calls.js"

/** @typedef {import("./calls.js").Call} Call @typedef {import("./calls.js").Leg} Leg */
/** @typedef {import("../lib/live.js").Happening} Happening */
/**
 * @typedef {{extension_uuid: string, extension: string, effective_caller_id_name: string, do_not_disturb: boolean,
 *   registered: boolean, enabled?: boolean, user_uuid?: string | null, effective_caller_id_number?: string,
 *   forward_all_enabled?: boolean | null, forward_all_destination?: string | null}} Extension
 * @typedef {{muted?: boolean, recorded?: boolean}} Marks
 */

/** What is asked for anew when something of a family happens. */
const ASKED_ANEW = /** @type {const} */ ({
  queue: "queues", agent: "queues", conference: "rooms", parking: "parked", parkinglot: "parked", transfer: "transfers",
})
const MARKS = /** @type {Record<string, Marks>} */ ({
  "command.muted": { muted: true },
  "command.unmuted": { muted: false },
  "command.record_started": { recorded: true },
  "command.record_stopped": { recorded: false },
})

export class State {
  constructor() {
    /** @type {Map<string, Extension>} by number */
    this.extensions = new Map()
    /** @type {Map<string, Call>} by call_uuid */
    this.calls = new Map()
    /** @type {Map<string, Marks>} by leg_uuid */
    this.marks = new Map()
    /** @type {Map<string, {user_uuid: string, username: string, firstname?: string, lastname?: string}>} */
    this.users = new Map()
    /** @type {Map<string, {name: string, type: string, note?: string | null}>} by user_uuid */
    this.statuses = new Map()
    /** @type {any[]} */
    this.groups = []
    /** @type {any[]} */
    this.queues = []
    /** @type {any[]} */
    this.agents = []
    /** @type {any[]} */
    this.rooms = []
    /** @type {any[]} */
    this.lots = []
    /** @type {any[]} */
    this.transfers = []
    /** @type {any} */
    this.total = null
    /** @type {Map<string, number>} the last event of each call */
    this.sequences = new Map()
    this.sandbox = false
    /** Changes whenever an extension, a user or a group may have: what is made of their names is made anew then. */
    this.named = 0
    /** How often something of a family has changed: who shows such a list asks for it anew. @type {Record<string, number>} */
    this.changes = {}
  }

  /** The extensions and calls as they are now.
   * @param {{statuses: any[], extensions: any[], calls: any[] | null}} lists
   */
  replace({ statuses, extensions, calls }) {
    const records = new Map(extensions.map((one) => [one.extension, one]))
    const before = this.extensions
    this.extensions = new Map()
    for (const one of statuses) {
      const { calls: _, contacts: __, ...status } = one
      const merged = { ...before.get(one.extension), ...records.get(one.extension), ...status }
      this.extensions.set(one.extension, same(before.get(one.extension), merged))
      this.sandbox ||= Boolean(one.sandbox)
    }
    for (const one of extensions) if (!this.extensions.has(one.extension)) this.extensions.set(one.extension, one)
    const isOther = before.size !== this.extensions.size || [...this.extensions].some(([number, one]) => before.get(number) !== one)
    this.named += Number(isOther)
    const told = calls ?? statuses.flatMap((one) => one.calls ?? [])
    const known = this.calls
    this.calls = new Map()
    for (const one of told) {
      const call = callOf(one, known.get(one.call_uuid))
      if (call) this.calls.set(call.call_uuid, same(known.get(call.call_uuid), call))
    }
    this.prune()
  }

  /** Something happened. Answers what must be asked for anew because of it.
   * @param {Happening} event
   * @returns {Set<string>}
   */
  happened(event) {
    const [family, what] = event.type.split(".")
    this.changes[family] = (this.changes[family] ?? 0) + 1
    /** @type {Set<string>} */
    const anew = new Set()
    if (family === "call" && event.data?.call) {
      this.call(event)
      if (event.data.call.slot !== undefined && /parked/.test(what)) anew.add("parked")
    } else if (family === "command") {
      this.mark(event)
    } else if (family === "extension") {
      this.extension(what, event.data, anew)
    } else if (event.type === "user.status_changed") {
      this.statuses.set(event.data.user_uuid, event.data)
    } else if (family === "user" || family === "extensiongroup") {
      anew.add("people")
    } else if (family in ASKED_ANEW) {
      anew.add(ASKED_ANEW[/** @type {keyof typeof ASKED_ANEW} */ (family)])
    }
    return anew
  }

  /** @param {Happening} event */
  call({ data, sequence }) {
    const uuid = data.call.call_uuid
    if (sequence <= (this.sequences.get(uuid) ?? -1)) return
    this.sequences.set(uuid, sequence)
    const call = callOf(data.call, this.calls.get(uuid))
    if (call) this.calls.set(uuid, call)
    else this.calls.delete(uuid)
    this.prune()
  }

  /** @param {Happening} event */
  mark({ type, data }) {
    const marks = MARKS[type]
    if (marks && data?.leg_uuid) this.marks.set(data.leg_uuid, { ...this.marks.get(data.leg_uuid), ...marks })
  }

  /** @param {string} what @param {any} data @param {Set<string>} anew */
  extension(what, data, anew) {
    if (what === "deleted" && data?.extension) this.named += Number(this.extensions.delete(data.extension))
    const known = data?.extension && this.extensions.get(data.extension)
    if (what === "updated" && known && "do_not_disturb" in data) {
      this.extensions.set(data.extension, { ...known, ...data, do_not_disturb: Boolean(data.do_not_disturb) })
      this.named += 1
    } else if (what !== "deleted") {
      anew.add("board")
    }
  }

  /** Forget what is of calls that are over. */
  prune() {
    if (this.sequences.size > 2000) {
      this.sequences = new Map([...this.sequences].slice(-1000))
    }
    if (this.marks.size > 200) {
      const legs = new Set([...this.calls.values()].flatMap((call) => call.legs.map((leg) => leg.leg_uuid)))
      this.marks = new Map([...this.marks].filter(([leg]) => legs.has(leg)))
    }
  }

  /** @param {string} extension */
  nameOf = (extension) => this.extensions.get(extension)?.effective_caller_id_name ?? ""
}

/** The one that was there, if it says the same: so that whoever compares sees no change.
 * @template T
 * @param {T | undefined} before
 * @param {T} after
 * @returns {T}
 */
function same(before, after) {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(after) ? before : after
}
