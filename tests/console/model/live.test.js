import assert from "node:assert/strict"
import { mock, test } from "node:test"
import { Channel } from "../../../console/lib/live.js"

/** A channel on sockets that are made up, and what it did. */
function begin({ pages = [] } = {}) {
  mock.timers.reset()
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] })
  const sockets = []
  const did = { happened: [], states: [], read: [], begun: 0, ended: 0, notes: [] }
  const connect = () => {
    const socket = { sent: [], readyState: 1, close() { this.onclose() }, send(text) { this.sent.push(JSON.parse(text)) } }
    sockets.push(socket)
    return socket
  }
  const channel = new Channel("ws://x/live", {
    token: () => "rpt_t", domain: () => "example.net", clock: () => {},
    read: async (parameters) => { did.read.push(parameters); return pages.shift() ?? { items: [], next_cursor: parameters.cursor, more: false } },
    happened: (events) => did.happened.push(...events.map((one) => one.id)), changed: (state) => did.states.push(state),
    begun: () => (did.begun += 1), ended: () => (did.ended += 1), note: (words) => did.notes.push(words),
  }, connect)
  channel.start()
  const last = () => sockets.at(-1)
  const say = (message) => last().onmessage({ data: JSON.stringify(message) })
  const welcome = (cursor = "c0") => { last().onopen(); say({ message: "welcome" }); say({ message: "subscribed", read: { domain_name: "example.net" }, cursor }) }
  return { channel, sockets, did, last, say, welcome }
}
const event = (id, cursor) => ({ message: "event", cursor, event: { id, type: "call.ringing", data: {} } })
const settled = () => new Promise((go) => setImmediate(go))

test("it says who it is first, then what it wants, and is live", () => {
  const { last, welcome, did } = begin()
  welcome()
  assert.deepEqual(last().sent.map((one) => one.message), ["authenticate", "subscribe", "heartbeat"])
  assert.deepEqual([did.states, did.begun], [["live"], 1])
})

test("what comes twice happens once", () => {
  const { say, welcome, did } = begin()
  welcome()
  say(event("e1", "c1")); say(event("e1", "c1")); say(event("e2", "c2"))
  assert.deepEqual(did.happened, ["e1", "e2"])
})

test("after a gap it reads on from the last cursor, page by page", async () => {
  const pages = [{ items: [{ id: "e1" }, { id: "e2" }], next_cursor: "c2", more: true }, { items: [{ id: "e3" }], next_cursor: "c3", more: false }]
  const { say, welcome, did } = begin({ pages })
  welcome()
  say(event("e1", "c1"))
  say({ message: "gap" })
  await settled()
  assert.deepEqual(did.read.map((one) => one.cursor), ["c1", "c2"])
  assert.deepEqual(did.happened, ["e1", "e2", "e3"])
})

test("after it was cut it is away, connects anew, and reads what it has missed", async () => {
  const { sockets, last, say, welcome, did } = begin()
  welcome()
  say(event("e1", "c1"))
  last().close()
  assert.equal(did.states.at(-1), "away")
  mock.timers.tick(1000)
  assert.equal(sockets.length, 2)
  welcome("c9")
  await settled()
  assert.deepEqual([did.states.at(-1), did.begun, did.read[0].cursor], ["live", 2, "c1"])
})

test("a heartbeat that nobody answers ends the connection", () => {
  const { welcome, did } = begin()
  welcome()
  mock.timers.tick(10_000)
  assert.equal(did.states.at(-1), "away")
})

test("a token that is none is said, and tried no more until there is another", () => {
  const { channel, sockets, last, say, did } = begin()
  last().onopen()
  say({ message: "refused", status: 401, error: "unauthorized" })
  mock.timers.tick(120_000)
  assert.deepEqual([did.ended, sockets.length], [1, 1])
  channel.hurry()
  assert.equal(sockets.length, 2)
})

test("who may not listen does not try again", () => {
  const { sockets, last, say, did } = begin()
  last().onopen()
  say({ message: "welcome" })
  say({ message: "refused", status: 403, error: "forbidden" })
  mock.timers.tick(120_000)
  assert.deepEqual([did.states.at(-1), sockets.length], ["forbidden", 1])
})

test("what is unknown is passed over, and noted once", () => {
  const { last, say, welcome, did } = begin()
  welcome()
  say({ message: "new" }); say({ message: "new" })
  last().onmessage({ data: "no json" })
  assert.equal(did.notes.length, 2)
})
