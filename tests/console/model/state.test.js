import assert from "node:assert/strict"
import { test } from "node:test"
import { State } from "../../../console/model/state.js"
import { callsByExtension, grouped, isMeant, tileOf } from "../../../console/model/tiles.js"
import { callOf, isUp, ringing } from "../../../console/model/calls.js"

const leg = (uuid, number, state, extension = null) => ({ leg_uuid: uuid, number, extension, state, start_stamp: "2026-11-28T09:00:00Z" })
const call = (state, legs, more = {}) => ({
  call_uuid: "c1", direction: "inbound", state, start_stamp: "2026-11-28T09:00:00Z", caller_id_name: "Pat Example",
  caller_id_number: "12025550153", destination_number: "12025550100", slot: null, end_stamp: null, legs, ...more,
})
const event = (type, sequence, told) => ({ id: `${type}${sequence}`, type, timestamp: "", call_uuid: "c1", sequence, data: { call: told } })
const desk = { extension_uuid: "e1", extension: "100", effective_caller_id_name: "Front desk", do_not_disturb: false, registered: true }
const office = { ...desk, extension_uuid: "e2", extension: "101", effective_caller_id_name: "Back office" }

function stateWith(...calls) {
  const state = new State()
  state.replace({ statuses: [desk, office], extensions: [], calls })
  return state
}
const tile = (state, number) => tileOf(state, state.extensions.get(number), callsByExtension(state.calls.values()).get(number))

const rings = call("ringing", [leg("a", "12025550153", "ringing"), leg("b", "100", "ringing", "100"), leg("d", "101", "ringing", "101")])
const talks = call("answered", [leg("a", "12025550153", "answered"), leg("b", "100", "answered", "100"), leg("d", "101", "ended", "101")])

test("a call that rings is on the tiles of all whom it rings, with who calls", () => {
  const state = stateWith()
  state.happened(event("call.ringing", 1, rings))
  assert.deepEqual([tile(state, "100").state, tile(state, "101").state], ["ringing", "ringing"])
  assert.deepEqual([tile(state, "100").with, tile(state, "100").withNumber], ["Pat Example", "12025550153"])
  assert.deepEqual(ringing(state.calls.get("c1")).map((one) => one.extension), ["100", "101"])
})

test("once it is answered it is with one, and the other is idle", () => {
  const state = stateWith()
  state.happened(event("call.ringing", 1, rings))
  state.happened(event("call.answered", 3, talks))
  assert.deepEqual([tile(state, "100").state, tile(state, "101").state], ["in_call", "idle"])
  assert.ok(isUp(state.calls.get("c1")))
})

test("what comes late changes nothing that is known better", () => {
  const state = stateWith()
  state.happened(event("call.answered", 3, talks))
  state.happened(event("call.ringing", 1, rings))
  assert.equal(tile(state, "101").state, "idle")
  state.happened(event("call.ended", 7, call("ended", [], { end_stamp: "2026-11-28T09:01:00Z" })))
  state.happened(event("call.held", 5, talks))
  assert.equal(state.calls.size, 0)
})

test("a list takes the place of what was heard, and keeps when somebody answered", () => {
  const state = stateWith()
  const answered = talks.legs.map((one) => ({ ...one, answer_stamp: "2026-11-28T09:00:09Z" }))
  state.happened(event("call.answered", 3, { ...talks, legs: answered }))
  state.replace({ statuses: [desk, office], extensions: [], calls: [call("answered", talks.legs)] })
  assert.equal(tile(state, "100").since, "2026-11-28T09:00:09Z")
  state.replace({ statuses: [desk, office], extensions: [], calls: [] })
  assert.equal(tile(state, "100").state, "idle")
})

test("what does not change stays the same object, so that nothing is drawn anew", () => {
  const state = stateWith(talks)
  const before = [state.calls.get("c1"), state.extensions.get("100")]
  state.replace({ statuses: [desk, office], extensions: [], calls: [talks] })
  assert.deepEqual([state.calls.get("c1") === before[0], state.extensions.get("100") === before[1]], [true, true])
})

test("without a call do-not-disturb comes before a forward, and that before no phone, and that before away", () => {
  const how = (more) => {
    const state = stateWith()
    state.statuses.set("u1", { name: "Lunch", type: "away" })
    return tileOf(state, { ...desk, user_uuid: "u1", ...more }).state
  }
  const forward = { forward_all_enabled: true, forward_all_destination: "101" }
  assert.equal(how({ do_not_disturb: true, ...forward, registered: false }), "dnd")
  assert.equal(how({ ...forward, registered: false }), "forwarded")
  assert.equal(how({ registered: false }), "unregistered")
  assert.equal(how({}), "away")
})

test("of what happens elsewhere it is said what to ask for anew", () => {
  const state = stateWith()
  const anew = (type, data = {}) => [...state.happened({ id: type, type, timestamp: "", call_uuid: null, sequence: 0, data })]
  assert.deepEqual(anew("queue.joined"), ["queues"])
  assert.deepEqual(anew("agent.paused"), ["queues"])
  assert.deepEqual(anew("extension.created", { extension: "102" }), ["board"])
  assert.deepEqual(anew("user.created"), ["people"])
  assert.deepEqual(anew("something.new"), [])
  assert.deepEqual(anew("extension.updated", { ...desk, do_not_disturb: true }), [])
  assert.equal(tile(state, "100").state, "dnd")
  anew("extension.deleted", { extension: "100" })
  assert.ok(!state.extensions.has("100"))
})

test("mutes and recordings are known by what was told to the switch", () => {
  const state = stateWith(talks)
  state.happened({ id: "1", type: "command.muted", timestamp: "", call_uuid: "c1", sequence: 0, data: { leg_uuid: "b" } })
  state.happened({ id: "2", type: "command.record_started", timestamp: "", call_uuid: "c1", sequence: 0, data: { leg_uuid: "b" } })
  assert.deepEqual(state.marks.get("b"), { muted: true, recorded: true })
})

test("an extension is found by any part of its number and names", () => {
  const state = stateWith()
  state.users.set("u1", { user_uuid: "u1", username: "alice", firstname: "Zoë", lastname: "Example" })
  const alice = { ...desk, user_uuid: "u1" }
  for (const typed of ["10", "desk", "FRONT 100", "zoë ex", "alice"]) assert.ok(isMeant(state, alice, typed), typed)
  assert.ok(!isMeant(state, alice, "bob"))
})

test("extensions are grouped, and who is in no group comes last", () => {
  const state = stateWith()
  state.groups = [{ of: "extensiongroup", name: "Reception", members: new Set(["e2"]) }]
  const names = grouped(state, "extensiongroup", "").map((group) => [group.name, group.members.map((one) => one.extension)])
  assert.deepEqual(names, [["Reception", ["101"]], [null, ["100"]]])
  assert.deepEqual(grouped(state, "extensiongroup", "front").map((group) => group.name), [null])
})

test("a call that is over, or is none, is no call", () => {
  for (const told of [undefined, {}, call("ended", []), call("answered", [])]) assert.equal(callOf(told), null)
})
