/** How extensions are, for tiles; and how these are grouped and found. Pure. */
import { partyOf, since, theOther } from "./calls.js"

/** @typedef {import("./state.js").State} State @typedef {import("./state.js").Extension} Extension */
/** @typedef {import("./calls.js").Call} Call @typedef {import("./calls.js").Leg} Leg */
/**
 * @typedef {"ringing" | "calling" | "in_call" | "held" | "parked" | "dnd" | "forwarded" | "away" | "unregistered" | "idle"} TileState
 * @typedef {{number: string, name: string, state: TileState, with: string, withNumber: string, since: string | null,
 *   more: number, call_uuid: string | null, forward: string | null, dnd: boolean, status: string | null}} Tile
 */

const byNumber = new Intl.Collator(undefined, { numeric: true })
const AWAY = ["away", "xa", "dnd", "unavailable"]
const ORDER = ["ringing", "answered", "held", "parked"]
const STATES = /** @type {Record<string, TileState>} */ ({
  ringing: "ringing", answered: "in_call", held: "held", parked: "parked",
})

/** Every extension's calls.
 * @param {Iterable<Call>} calls
 */
export function callsByExtension(calls) {
  /** @type {Map<string, {call: Call, leg: Leg}[]>} */
  const found = new Map()
  for (const call of calls) {
    for (const leg of call.legs) {
      if (!leg.extension) continue
      const some = found.get(leg.extension)
      if (some) some.push({ call, leg })
      else found.set(leg.extension, [{ call, leg }])
    }
  }
  return found
}

/** One extension as its tile shows it.
 * @param {State} state
 * @param {Extension} extension
 * @param {{call: Call, leg: Leg}[]} [mine]
 * @returns {Tile}
 */
export function tileOf(state, extension, mine = []) {
  const status = extension.user_uuid ? state.statuses.get(extension.user_uuid) : undefined
  const base = {
    number: extension.extension,
    name: extension.effective_caller_id_name || "",
    forward: extension.forward_all_enabled ? extension.forward_all_destination ?? "" : null,
    dnd: Boolean(extension.do_not_disturb),
    status: status && AWAY.includes(status.type) ? status.name || status.type : null,
  }
  const [first] = [...mine].sort((one, two) => ORDER.indexOf(one.leg.state) - ORDER.indexOf(two.leg.state))
  if (!first) {
    const idle = { with: "", withNumber: "", since: null, more: 0, call_uuid: null }
    return { ...base, ...idle, state: otherwise(extension, base) }
  }
  const { call, leg } = first
  const other = theOther(call, leg)
  const party = call.slot && !other ? { name: "", number: call.slot } : other ? partyOf(call, other, state.nameOf) : { name: "", number: call.destination_number ?? "" }
  const isCalling = leg.state === "ringing" && leg === call.legs[0]
  return {
    ...base,
    state: isCalling ? "calling" : STATES[leg.state] ?? "in_call",
    with: party.name,
    withNumber: party.number,
    since: since(leg),
    more: mine.length - 1,
    call_uuid: call.call_uuid,
  }
}

/** @param {Extension} extension @param {{forward: string | null, dnd: boolean, status: string | null}} base
 * @returns {TileState}
 */
function otherwise(extension, base) {
  if (base.dnd) return "dnd"
  if (base.forward !== null) return "forwarded"
  if (extension.registered === false) return "unregistered"
  return base.status ? "away" : "idle"
}

/** Whether an extension is what somebody types: each word is in its number, its name or its user's.
 * @param {State} state
 * @param {Extension} extension
 * @param {string} typed
 */
export function isMeant(state, extension, typed) {
  const user = extension.user_uuid ? state.users.get(extension.user_uuid) : undefined
  const text = [extension.extension, extension.effective_caller_id_name, user?.username, user?.firstname, user?.lastname]
    .join(" ").toLocaleLowerCase()
  return typed.toLocaleLowerCase().split(/\s+/).every((word) => text.includes(word))
}

/** The extensions in groups: as extension groups are, or user groups.
 * @param {State} state
 * @param {"none" | "extensiongroup" | "usergroup"} by
 * @param {string} typed
 * @returns {{name: string | null, members: Extension[]}[]}
 */
export function grouped(state, by, typed) {
  const all = [...state.extensions.values()]
    .filter((one) => !typed.trim() || isMeant(state, one, typed.trim()))
    .sort((one, two) => byNumber.compare(one.extension, two.extension))
  if (by === "none") return [{ name: null, members: all }]
  const groups = state.groups.filter((group) => group.of === by)
  /** @type {Set<string>} */
  const placed = new Set()
  const found = groups.map((group) => {
    const members = all.filter((one) => group.members.has(by === "usergroup" ? one.user_uuid : one.extension_uuid))
    members.forEach((one) => placed.add(one.extension))
    return { name: group.name, members }
  })
  const rest = all.filter((one) => !placed.has(one.extension))
  return [...found, { name: null, members: rest }].filter((group) => group.members.length)
}
