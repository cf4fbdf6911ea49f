/** Signing in: a key is pasted once, buys a token that may do what the page does, and is forgotten. */
import { Refusal } from "./api.js"

/** What the page does, as scopes. Whatever else a key may do, its token may not. */
export const SCOPES = [
  "action.*", "domain.list", "domain.details", "token.details", "token.delete", "event.list",
  "extension.#", "extensiongroup.#", "user.#", "usergroup.#", "status.list", "registration.#", "permission.#",
  "call.#", "originate", "parked.call.list", "transfer.#", "conference.#", "parkinglot.#", "menu.#", "schedule.#",
  "queue.#", "agent.#", "contact.#", "cdr.search", "cdr.details", "cdr.export", "cdr.statistics", "recording.#",
  "ringgroup.#", "destination.#", "voicemail.#", "key.#", "webhook.#", "delivery.#", "audit.list",
]
const SECONDS = 12 * 3600
const KEPT = "ringpost"

/** @typedef {{token: string, domain: string | null}} Signed */
/** @typedef {{domain_uuid: string, domain_name: string, domain_description?: string}} Domain */

/** A pasted key or token as it is sent: also as `export RINGPOST_TOKEN=…` and `<id>:<secret>`, as the server prints it.
 * @param {string} pasted
 * @returns {string | null}
 */
export function tokenIn(pasted) {
  const found = pasted.match(/rpt?_[0-9a-fA-F-]{36}_[0-9A-Za-z_-]+/)
  if (found) return found[0]
  const pair = pasted.match(/([0-9a-fA-F-]{36}):([0-9A-Za-z_-]+)/)
  return pair && `rp_${pair[1]}_${pair[2]}`
}

/** Those of the page's scopes that cover something the key may do.
 * @param {string[]} scopes of the actions that are offered
 */
export function scopesFor(scopes) {
  return SCOPES.filter((scope) => {
    const pattern = new RegExp(`^${scope.replaceAll(".", "\\.").replaceAll("*", "[^.]+").replaceAll("#", ".+")}$`)
    return scopes.some((offered) => pattern.test(offered))
  })
}

/** Where the token lives: in this tab, until it is closed. */
export class Keeping {
  /** @param {Storage} storage */
  constructor(storage) {
    this.storage = storage
  }

  /** @returns {Signed | null} */
  read() {
    try {
      return JSON.parse(this.storage.getItem(KEPT) ?? "null")
    } catch {
      return null
    }
  }

  /** @param {Signed | null} signed */
  write(signed) {
    if (signed) this.storage.setItem(KEPT, JSON.stringify(signed))
    else this.storage.removeItem(KEPT)
  }
}

/** Find out which domains a key reaches.
 * @param {import("./api.js").Api} api
 * @param {string} key
 * @returns {Promise<Domain[]>}
 */
export async function domainsOf(api, key) {
  try {
    const found = await api.once({ action: "domain-list", limit: 1000 }, key)
    return found.items
  } catch (refusal) {
    if (refusal instanceof Refusal && [403, 404].includes(refusal.status)) return []
    throw refusal
  }
}

/** Buy the page's token with a key, in one domain; a token that was pasted is used as it is.
 * @param {import("./api.js").Api} api
 * @param {string} key
 * @param {string | null} domain its name
 * @returns {Promise<Signed>}
 */
export async function signedIn(api, key, domain) {
  const offered = await api.once({ action: "action-list" }, key)
  if (key.startsWith("rpt_")) return { token: key, domain }
  const scopes = scopesFor(offered.items.map((/** @type {{scope: string}} */ one) => one.scope))
  const place = domain ? { domain_name: domain } : {}
  const bought = await api.once({ action: "token-create", ...place, expiration: SECONDS, scopes }, key)
  return { token: bought.token, domain }
}
