/** Calls, as events and lists tell them. Pure: nothing here knows of the page, the network or the clock. */

/**
 * @typedef {{leg_uuid: string, extension: string | null, number: string | null, name?: string | null, state: string,
 *   start_stamp: string, answer_stamp?: string | null}} Leg
 * @typedef {{call_uuid: string, direction: string | null, state: string, start_stamp: string, caller_id_name: string,
 *   caller_id_number: string, destination_number: string | null, slot: string | null, sandbox?: boolean, legs: Leg[]}} Call
 */

/** A call without what has left it; `null` if it is over.
 * @param {any} told as `call-list` or `data.call` of an event says it
 * @param {Call | undefined} [before] what was known of it
 * @returns {Call | null}
 */
export function callOf(told, before) {
  if (!told?.call_uuid || told.state === "ended" || told.end_stamp) return null
  const legs = (told.legs ?? []).filter((/** @type {Leg} */ leg) => leg.state !== "ended")
  if (!legs.length) return null
  const answered = new Map(before?.legs.map((leg) => [leg.leg_uuid, leg.answer_stamp]))
  return {
    ...told,
    slot: told.slot ?? null,
    caller_id_name: told.caller_id_name ?? "",
    legs: legs.map((/** @type {Leg} */ leg) => ({ ...leg, answer_stamp: leg.answer_stamp ?? answered.get(leg.leg_uuid) })),
  }
}

/** The party an action usually means: the first that is an extension, or the first of all (docs/calls.md).
 * @param {Call} call
 */
export const ours = (call) => call.legs.find((leg) => leg.extension) ?? call.legs[0]

/** Who else there is.
 * @param {Call} call
 * @param {Leg} [own]
 */
export const theOther = (call, own = ours(call)) => call.legs.find((leg) => leg !== own && leg.state !== "ringing")
  ?? call.legs.find((leg) => leg !== own)

/** Since when a leg is as it is, as far as is known.
 * @param {Leg} leg
 */
export const since = (leg) => (leg.state === "ringing" ? leg.start_stamp : leg.answer_stamp ?? leg.start_stamp)

/** Since when a call is up; from the answer, if it was answered.
 * @param {Call} call
 */
export function callSince(call) {
  const answered = call.legs.map((leg) => leg.answer_stamp).filter((stamp) => typeof stamp === "string").sort()
  return (call.state !== "ringing" && answered.at(-1)) || call.start_stamp
}

/** Extensions that ring.
 * @param {Call} call
 */
export const ringing = (call) => call.legs.filter((leg) => leg.state === "ringing" && leg.extension && !calls(call, leg))

/** Whether a leg is that of whom the call comes from, who waits for an answer and is not rung.
 * @param {Call} call
 * @param {Leg} leg
 */
const calls = (call, leg) => call.direction === "inbound" && leg.leg_uuid === call.call_uuid

/** Whether somebody talks, or could: so that it can be held, sent on, parked.
 * @param {Call} call
 */
export const isUp = (call) => call.legs.length > 1 && call.legs.every((leg) => leg.state !== "ringing")

/** Whether nobody has answered yet.
 * @param {Call} call
 */
export const rings = (call) => ringing(call).length > 0

/** How a party is named: by its extension, by who calls, or by its number.
 * @param {Call} call
 * @param {Leg} leg
 * @param {(extension: string) => string} nameOf
 * @returns {{name: string, number: string}}
 */
export function partyOf(call, leg, nameOf) {
  const number = leg.extension ?? leg.number ?? ""
  const caller = leg === call.legs[0] && call.direction === "inbound" ? call.caller_id_name : ""
  return { name: leg.name || (leg.extension ? nameOf(leg.extension) : "") || caller, number }
}
