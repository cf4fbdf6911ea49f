/** Forms from JSON Schemas: what is asked of a person, and what they wrote as parameters. Pure. */

/**
 * @typedef {"text" | "long" | "secret" | "number" | "integer" | "flag" | "choice" | "time" | "list" | "object" | "rows" | "json"} FieldKind
 * @typedef {{name: string, kind: FieldKind, required: boolean, nullable: boolean, about: string, options?: string[],
 *   fields?: Field[], pattern?: string, most?: number, least?: number, longest?: number, example?: string, preset?: unknown}} Field
 */

/** Said by the page itself, or by programs only. */
const NOT_ASKED = new Set(["domain_uuid", "domain_name", "idempotency_key", "as_user", "if_version"])
const SECRET = /(^|_)(password|pin|secret)$/
const LONG = 256

/** The fields of a request's schema; those that must be there first.
 * @param {any} schema
 * @returns {Field[]}
 */
export function fieldsOf(schema) {
  const fields = properties(schema, schema).filter((field) => !NOT_ASKED.has(field.name))
  return [...fields.filter((one) => one.required), ...fields.filter((one) => !one.required)]
}

/** @param {any} schema @param {any} root @returns {Field[]} */
function properties(schema, root) {
  const required = new Set(schema.required ?? [])
  return Object.entries(schema.properties ?? {}).map(([name, about]) => field(name, about, root, required.has(name)))
}

/** @param {any} schema @param {any} root @returns {any} */
function resolved(schema, root) {
  if (schema?.$ref) return { ...resolved(root.$defs?.[String(schema.$ref).split("/").pop() ?? ""] ?? {}, root), ...schema, $ref: undefined }
  return schema ?? {}
}

/** @param {string} name @param {any} told @param {any} root @param {boolean} required @returns {Field} */
function field(name, told, root, required) {
  const schema = resolved(told, root)
  const some = (schema.anyOf ?? schema.oneOf ?? [schema]).map((/** @type {any} */ one) => resolved(one, root))
  const real = some.filter((/** @type {any} */ one) => one.type !== "null")
  const one = real.length === 1 ? real[0] : real.find((/** @type {any} */ other) => other.type === "array") ?? real[0] ?? {}
  const base = {
    name, required, nullable: real.length < some.length, about: schema.description ?? one.description ?? "",
    preset: schema.default, pattern: one.pattern, most: one.maximum, least: one.minimum, longest: one.maxLength,
    example: one.examples?.[0] ?? schema.examples?.[0],
  }
  return { ...base, ...kindOf(name, one, root) }
}

/** @param {string} name @param {any} one @param {any} root @returns {{kind: FieldKind, options?: string[], fields?: Field[]}} */
function kindOf(name, one, root) {
  if (one.enum) return { kind: "choice", options: one.enum.map(String) }
  if (one.const !== undefined) return { kind: "choice", options: [String(one.const)] }
  switch (one.type) {
    case "boolean": return { kind: "flag" }
    case "integer": return { kind: "integer" }
    case "number": return { kind: "number" }
    case "array": return listOf(one, root)
    case "object": return one.properties ? { kind: "object", fields: properties(one, root) } : { kind: "json" }
    case "string": return { kind: textual(name, one) }
    default: return { kind: "json" }
  }
}

/** @param {string} name @param {any} one @returns {FieldKind} */
function textual(name, one) {
  if (SECRET.test(name)) return "secret"
  if (one.format === "date-time") return "time"
  return one.maxLength > LONG && /description|note|text|csv/.test(name) ? "long" : "text"
}

/** @param {any} one @param {any} root @returns {{kind: FieldKind, options?: string[], fields?: Field[]}} */
function listOf(one, root) {
  const item = resolved(one.items, root)
  if (item.type === "object" && item.properties) return { kind: "rows", fields: properties(item, root) }
  return ["string", "integer", "number"].includes(item.type) || item.enum || item.anyOf ? { kind: "list" } : { kind: "json" }
}

/** What the form holds to begin with.
 * @param {Field[]} fields
 * @param {Record<string, any>} known values of the record, or of the reference to it
 * @returns {Record<string, any>}
 */
export function begun(fields, known) {
  return Object.fromEntries(fields.filter((one) => known[one.name] !== undefined && known[one.name] !== null).map((one) => [one.name, shown(one, known[one.name])]))
}

/** @param {Field} one @param {any} value @returns {any} */
function shown(one, value) {
  if (one.kind === "list") return Array.isArray(value) ? value.join("\n") : String(value)
  if (one.kind === "rows") return Array.isArray(value) ? value.map((row) => begun(one.fields ?? [], row)) : []
  if (one.kind === "object") return begun(one.fields ?? [], value)
  if (one.kind === "flag") return String(value)
  return one.kind === "json" ? JSON.stringify(value) : typeof value === "object" ? JSON.stringify(value) : String(value)
}

/** What somebody has written, as parameters: what is empty is left out, what was emptied is null.
 * @param {Field[]} fields
 * @param {Record<string, any>} held
 * @param {Record<string, any>} [before] what it held to begin with; only what differs is said
 * @returns {{parameters: Record<string, unknown>, wrong: Record<string, string>}}
 */
export function written(fields, held, before = {}) {
  /** @type {Record<string, unknown>} */
  const parameters = {}
  /** @type {Record<string, string>} */
  const wrong = {}
  for (const one of fields) {
    const value = held[one.name]
    const isEmpty = value === undefined || value === "" || (Array.isArray(value) && !value.length)
    const was = before[one.name]
    if (JSON.stringify(value) === JSON.stringify(was)) continue
    if (isEmpty) {
      if (was !== undefined && was !== "" && one.nullable) parameters[one.name] = null
      else if (was !== undefined && ["list", "rows"].includes(one.kind)) parameters[one.name] = []
      else if (was !== undefined && one.kind === "text") parameters[one.name] = ""
      continue
    }
    try {
      const said = meant(one, value, was)
      if (said !== undefined) parameters[one.name] = said
    } catch {
      wrong[one.name] = one.kind
    }
  }
  for (const one of fields) {
    if (one.required && parameters[one.name] === undefined && before[one.name] === undefined) wrong[one.name] ??= "missing"
  }
  return { parameters, wrong }
}

/** @param {Field} one @param {any} value @param {any} was @returns {unknown} */
function meant(one, value, was) {
  switch (one.kind) {
    case "integer":
    case "number": {
      const number = Number(value)
      if (!Number.isFinite(number) || (one.kind === "integer" && !Number.isInteger(number))) throw new Error("no number")
      return number
    }
    case "flag": return value === true || value === "true"
    case "time": return new Date(value).toISOString()
    case "list": return String(value).split("\n").map((line) => line.trim()).filter(Boolean)
    case "json": return JSON.parse(value)
    case "rows": return value.map((/** @type {any} */ row) => inner(one, row))
    case "object": {
      const said = inner(one, value)
      return Object.keys(said).length || was ? said : undefined
    }
    default: return value
  }
}

/** @param {Field} one @param {Record<string, any>} held */
function inner(one, held) {
  const { parameters, wrong } = written(one.fields ?? [], held)
  if (Object.keys(wrong).length) throw new Error("inner")
  return parameters
}
