/** The fields of a form, nested as the schema is. */
import { Component, html } from "../lib/html.js"

/** @typedef {import("../lib/app.js").App} App @typedef {import("../model/schema.js").Field} Field */
/**
 * @typedef {{app: App, fields: Field[], held: Record<string, any>, wrong: Record<string, string>, path: string,
 *   change: (name: string, value: any) => void}} SetProps
 */
const MOST_OPEN = 8

/** Which fields are open is settled at the beginning: none moves while somebody types. @extends {Component<SetProps>} */
export class FieldSet extends Component {
  /** @param {SetProps} props */
  constructor(props) {
    super(props)
    const { fields, held } = props
    this.open = new Set(fields.filter((field, place) => field.required || held[field.name] !== undefined || place < MOST_OPEN))
  }

  render() {
    const { app, fields, held, wrong, change, path } = this.props
    const one = (/** @type {Field} */ field) => html`<${Row} key=${field.name} app=${app} field=${field} value=${held[field.name]}
      wrong=${wrong[field.name]} change=${(/** @type {any} */ value) => change(field.name, value)} path=${`${path}.${field.name}`} />`
    const rest = fields.filter((field) => !this.open.has(field))
    return html`<div class="fields">${fields.filter((field) => this.open.has(field)).map(one)}
      ${rest.length > 0 && html`<details class="more-fields" open=${rest.some((field) => wrong[field.name]) || undefined}><summary>${app.t("form.more", { count: rest.length })}</summary>${rest.map(one)}</details>`}</div>`
  }
}

/** @param {{app: App, field: Field, value: any, wrong?: string, change: (value: any) => void, path: string}} props */
function Row({ app, field, value, wrong, change, path }) {
  const id = `f-${path.replace(/[^\w-]/g, "-")}`
  const described = [field.about && `${id}-about`, wrong && `${id}-wrong`].filter(Boolean).join(" ") || undefined
  const named = html`<span class="label">${field.name}${field.required && html` <abbr title=${app.t("form.required")}>*</abbr>`}</span>`
  const below = html`${field.about && html`<small id="${id}-about">${field.about}</small>`}${wrong && html`<small class="wrong" id="${id}-wrong">${wrong}</small>`}`
  if (field.kind === "object") {
    const inner = value ?? {}
    return html`<fieldset><legend>${named}</legend>${below}<${FieldSet} app=${app} fields=${field.fields ?? []} held=${inner} wrong=${{}} path=${path}
      change=${(/** @type {string} */ name, /** @type {any} */ to) => change({ ...inner, [name]: to })} /></fieldset>`
  }
  if (field.kind === "rows") return html`<${Rows} app=${app} field=${field} value=${value ?? []} change=${change} path=${path} named=${named} below=${below} />`
  const input = { id, "aria-describedby": described, "aria-invalid": wrong ? "true" : undefined, "aria-required": field.required ? "true" : undefined }
  return html`<div class="field ${field.kind}"><label for=${id}>${named}</label><${Input} app=${app} field=${field} value=${value} change=${change} input=${input} />${below}</div>`
}

/** @param {{app: App, field: Field, value: any, change: (value: any) => void, input: Record<string, unknown>}} props */
function Input({ app, field, value, change, input }) {
  const typed = (/** @type {any} */ event) => change(event.target.value)
  switch (field.kind) {
    case "flag":
    case "choice": {
      const options = field.kind === "flag" ? ["true", "false"] : field.options ?? []
      return html`<select ...${input} value=${value ?? ""} onChange=${typed}><option value="" selected=${!value}>${field.preset !== undefined && field.preset !== null ? `(${String(field.preset)})` : "–"}</option>
        ${options.map((one) => html`<option value=${one} selected=${one === value}>${field.kind === "flag" ? app.t(one === "true" ? "yes" : "no") : one}</option>`)}</select>`
    }
    case "list":
    case "long":
    case "json":
      return html`<textarea ...${input} rows=${field.kind === "long" ? 3 : 2} dir="auto" value=${value ?? ""} onInput=${typed}
        placeholder=${field.kind === "list" ? app.t("form.a_line_each") : field.kind === "json" ? "JSON" : ""}></textarea>`
    case "integer":
    case "number":
      return html`<input ...${input} type="number" inputmode="numeric" min=${field.least} max=${field.most} step=${field.kind === "number" ? "any" : "1"} value=${value ?? ""} onInput=${typed} />`
    case "time":
      return html`<input ...${input} type="datetime-local" value=${local(value)} onInput=${typed} />`
    default:
      return html`<input ...${input} type=${field.kind === "secret" ? "password" : "text"} autocomplete=${field.kind === "secret" ? "new-password" : "off"} dir="auto"
        maxlength=${field.longest} placeholder=${field.example ?? (typeof field.preset === "string" ? field.preset : "")} value=${value ?? ""} onInput=${typed} />`
  }
}

/** A moment as a browser's field has it: local, without its zone. @param {string | undefined} value */
function local(value) {
  if (!value || !/Z$/.test(value)) return value ?? ""
  const at = new Date(value)
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** @param {{app: App, field: Field, value: any[], change: (value: any[]) => void, path: string, named: unknown, below: unknown}} props */
function Rows({ app, field, value, change, path, named, below }) {
  const set = (/** @type {number} */ at, /** @type {any} */ row) => change(value.map((one, place) => (place === at ? row : one)))
  return html`<fieldset><legend>${named}</legend>${below}
    ${value.map((row, at) => html`<div class="one-row" role="group" aria-label=${`${field.name} ${at + 1}`} key=${at}>
      <${FieldSet} app=${app} fields=${field.fields ?? []} held=${row} wrong=${{}} path=${`${path}.${at}`} change=${(/** @type {string} */ name, /** @type {any} */ to) => set(at, { ...row, [name]: to })} />
      <button type="button" class="act" onClick=${() => change(value.filter((_, place) => place !== at))}><span>${app.t("form.remove")}</span></button></div>`)}
    <button type="button" class="act" onClick=${() => change([...value, {}])}><span>${app.t("form.add")}</span></button></fieldset>`
}
