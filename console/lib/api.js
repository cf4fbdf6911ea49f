/** The endpoint: one POST an action, to the page's own origin. */

/** Why an action was not done. `kind` tells an answer of the endpoint from one that is none. */
export class Refusal extends Error {
  /**
   * @param {"refused" | "away" | "stranger"} kind
   * @param {string} message
   * @param {{status?: number, code?: string, errors?: {parameter: string, message: string}[]}} [more]
   */
  constructor(kind, message, { status = 0, code = kind, errors = [] } = {}) {
    super(message)
    this.kind = kind
    this.status = status
    this.code = code
    this.errors = errors
  }
}

/** Actions that are of no domain. */
const OF_NO_DOMAIN = /^(action-|asterisk-|freeswitch-|key-(?!list)|openapi$|switch-|token-(?!create))/

/** The request of an action, as it is sent.
 * @param {string} action
 * @param {Record<string, unknown>} parameters
 * @param {string | null} domain
 * @returns {Record<string, unknown>}
 */
export function requestOf(action, parameters, domain) {
  const place = domain && !OF_NO_DOMAIN.test(action) && !("domain_uuid" in parameters) ? { domain_name: domain } : {}
  const said = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return { action, ...place, ...Object.fromEntries(said) }
}

/** The same request for a shell, with the key left out.
 * @param {string} base
 * @param {Record<string, unknown>} request
 */
export function curlOf(base, request) {
  const body = JSON.stringify(request).replaceAll("'", "'\\''")
  return `curl -s -H "Authorization: Bearer $RINGPOST_TOKEN" \\\n  -d '${body}' \\\n  ${base}`
}

export class Api {
  /**
   * @param {string} base the endpoint's address
   * @param {{token: () => string | null, domain: () => string | null, again: () => Promise<void>,
   *   heard: (action: string, request: Record<string, unknown>) => void,
   *   reached: (well: boolean) => void}} session
   *   `again` has somebody sign in anew; `heard` is told of each request; `reached` whether the endpoint answers
   * @param {typeof fetch} [send]
   */
  constructor(base, session, send = (...args) => fetch(...args)) {
    this.base = base
    this.session = session
    this.send = send
  }

  /** @param {string} action @param {Record<string, unknown>} [parameters] */
  curl(action, parameters = {}) {
    return curlOf(this.base, requestOf(action, parameters, this.session.domain()))
  }

  /** Do an action; if the token has ended somebody signs in anew, and it is done then. Throws `Refusal`.
   * @param {string} action
   * @param {Record<string, unknown>} [parameters]
   * @returns {Promise<any>}
   */
  async ask(action, parameters = {}) {
    for (;;) {
      const token = this.session.token()
      const request = requestOf(action, parameters, this.session.domain())
      this.session.heard(action, request)
      try {
        return await this.once(request, token)
      } catch (refusal) {
        if (!(refusal instanceof Refusal) || refusal.status !== 401) throw refusal
        if (this.session.token() === token) await this.session.again()
      }
    }
  }

  /** One request with a key or token.
   * @param {Record<string, unknown>} request
   * @param {string | null} token
   * @param {string} [accept]
   */
  async once(request, token, accept = "application/json") {
    let answer
    try {
      answer = await this.send(this.base, {
        method: "POST",
        credentials: "omit", // else a browser asks for a password by itself
        cache: "no-store",
        redirect: "error",
        headers: { "Content-Type": "application/json", Accept: accept, ...(token && { Authorization: `Bearer ${token}` }) },
        body: JSON.stringify(request),
      })
    } catch {
      this.session.reached(false)
      throw new Refusal("away", "away")
    }
    const text = await answer.text().catch(() => null)
    const kind = answer.headers.get("content-type") ?? ""
    if (answer.ok && kind.startsWith("text/csv") && text !== null) {
      return { csv: text, next: answer.headers.get("x-next-cursor") }
    }
    const said = text === null ? undefined : parsed(text)
    const isOurs = typeof said === "object" && said !== null && /json/.test(kind)
    this.session.reached(isOurs || answer.status < 500)
    if (!isOurs) throw new Refusal(answer.status >= 500 ? "away" : "stranger", "stranger", { status: answer.status })
    if (answer.ok) return said
    throw new Refusal("refused", String(said.detail ?? said.error ?? answer.status), { ...said, status: answer.status })
  }
}

/** @param {string} text @returns {any} */
function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
