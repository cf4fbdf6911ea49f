import assert from "node:assert/strict"
import { test } from "node:test"
import { Api, Refusal, curlOf, requestOf } from "../../../console/lib/api.js"
import { scopesFor, tokenIn } from "../../../console/lib/session.js"
import { crmAddress } from "../../../console/lib/crm.js"

const ID = "b0b0b0b0-0000-4000-8000-000000000001"
const SECRET = "ab".repeat(32)

test("a key is found in whatever was pasted with it", () => {
  for (const pasted of [`rp_${ID}_${SECRET}`, ` export RINGPOST_TOKEN=rp_${ID}_${SECRET}\n`, `curl --user '${ID}:${SECRET}' http://x`]) {
    assert.equal(tokenIn(pasted), `rp_${ID}_${SECRET}`)
  }
  assert.equal(tokenIn(`rpt_${ID}_${SECRET}`), `rpt_${ID}_${SECRET}`)
  for (const pasted of ["", "hello", "rp_x_y", ID]) assert.equal(tokenIn(pasted), null)
})

test("a token is bought for what the key covers of what the page does", () => {
  assert.deepEqual(scopesFor(["call.hold", "cdr.search", "domain.delete", "switch.list"]), ["call.#", "cdr.search"])
})

test("a request names the domain where there is one to name, and a shell can take it", () => {
  assert.deepEqual(requestOf("call-hold", { call_uuid: "c", leg_uuid: undefined }, "example.net"), { action: "call-hold", domain_name: "example.net", call_uuid: "c" })
  assert.deepEqual(requestOf("action-list", {}, "example.net"), { action: "action-list" })
  assert.match(curlOf("https://x/", { action: "a", name: "it's" }), /-d '\{"action":"a","name":"it'\\''s"\}'/)
})

function api(answers, session = {}) {
  const asked = []
  const send = async (url, options) => {
    asked.push(options)
    const answer = answers.shift()
    if (answer instanceof Error) throw answer
    return answer
  }
  const heard = { token: () => "old", domain: () => null, again: async () => {}, heard: () => {}, reached: () => {}, ...session }
  return { asked, api: new Api("https://x/", heard, send) }
}
const json = (status, body) => new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } })

test("an ended token is asked for again, and the request is made with the new one", async () => {
  let token = "old"
  const { api: one, asked } = api([json(401, { detail: "no" }), json(200, { well: true })], { token: () => token, again: async () => void (token = "new") })
  assert.deepEqual(await one.ask("call-hold"), { well: true })
  assert.deepEqual(asked.map((options) => options.headers.Authorization), ["Bearer old", "Bearer new"])
  assert.equal(asked[0].credentials, "omit", "else a browser asks for a password by itself")
})

test("who is away, who is a stranger and who refuses are told apart", async () => {
  const html = (status) => new Response("<h1>x</h1>", { status, headers: { "Content-Type": "text/html" } })
  const kind = async (answer) => api([answer]).api.ask("call-hold").catch((refusal) => [refusal.constructor === Refusal, refusal.kind])
  assert.deepEqual(await kind(new TypeError("refused")), [true, "away"])
  assert.deepEqual(await kind(html(502)), [true, "away"])
  assert.deepEqual(await kind(html(200)), [true, "stranger"])
  assert.deepEqual(await kind(json(409, { detail: "taken", code: "conflict" })), [true, "refused"])
})

test("an address in a CRM is one of the web's, with everything escaped", () => {
  assert.equal(crmAddress("https://crm.example.net/?q={number}&n={name}", { number: "+1 202", name: "a&b" }), "https://crm.example.net/?q=%2B1%20202&n=a%26b")
  for (const template of ["javascript:alert('{name}')", "data:text/html,{name}", "no address"]) assert.equal(crmAddress(template, { name: "x" }), null)
})
