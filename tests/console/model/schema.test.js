import assert from "node:assert/strict"
import { test } from "node:test"
import { begun, fieldsOf, written } from "../../../console/model/schema.js"

const nullable = (schema) => ({ anyOf: [schema, { type: "null" }], default: null })
const SCHEMA = {
  $defs: {
    Forward: { type: "object", properties: { enabled: { type: "boolean" }, destination: nullable({ type: "string" }) }, required: ["enabled"] },
    Member: { type: "object", properties: { number: { type: "string" }, delay: { type: "integer" } }, required: ["number"] },
  },
  type: "object",
  required: ["name"],
  properties: {
    domain_name: nullable({ type: "string" }),
    if_version: nullable({ type: "integer" }),
    timeout: { type: "integer", minimum: 1 },
    name: { type: "string", maxLength: 128 },
    strategy: nullable({ enum: ["ringall", "random"] }),
    enabled: nullable({ type: "boolean" }),
    password: nullable({ type: "string" }),
    scopes: nullable({ type: "array", items: { type: "string" } }),
    members: nullable({ type: "array", items: { $ref: "#/$defs/Member" } }),
    busy: nullable({ $ref: "#/$defs/Forward" }),
    from: { type: "string", format: "date-time" },
    fields: { type: "object", additionalProperties: true },
  },
}
const fields = fieldsOf(SCHEMA)

test("each kind of member has its field, what must be there first, and what the page says itself is not asked", () => {
  assert.deepEqual(fields.map((one) => [one.name, one.kind]), [
    ["name", "text"], ["timeout", "integer"], ["strategy", "choice"], ["enabled", "flag"], ["password", "secret"], ["scopes", "list"],
    ["members", "rows"], ["busy", "object"], ["from", "time"], ["fields", "json"],
  ])
  assert.deepEqual(fields.find((one) => one.name === "members").fields.map((one) => one.name), ["number", "delay"])
})

test("what is written becomes parameters of the right types, and what is empty is left out", () => {
  const held = {
    name: "Sales", timeout: "30", strategy: "random", enabled: "false", scopes: "a\n\n b \n", members: [{ number: "100", delay: "5" }],
    busy: { enabled: "true", destination: "101" }, fields: '{"a": 1}', password: "",
  }
  assert.deepEqual(written(fields, held), {
    wrong: {},
    parameters: {
      name: "Sales", timeout: 30, strategy: "random", enabled: false, scopes: ["a", "b"], members: [{ number: "100", delay: 5 }],
      busy: { enabled: true, destination: "101" }, fields: { a: 1 },
    },
  })
})

test("what cannot be sent is named, and what is missing", () => {
  const { wrong } = written(fields, { timeout: "1.5", fields: "{", members: [{}], from: "yesterday" })
  assert.deepEqual(wrong, { name: "missing", timeout: "integer", fields: "json", members: "rows", from: "time" })
})

test("of a record only what was changed is said, and null of what was emptied", () => {
  const record = { name: "Sales", timeout: 30, strategy: "random", scopes: ["a"], members: [{ number: "100", delay: 0 }], busy: { enabled: false, destination: null } }
  const before = begun(fields, record)
  assert.deepEqual(written(fields, { ...before }, before), { parameters: {}, wrong: {} })
  const held = { ...before, name: "Service", strategy: "", members: [] }
  assert.deepEqual(written(fields, held, before).parameters, { name: "Service", strategy: null, members: null })
})
