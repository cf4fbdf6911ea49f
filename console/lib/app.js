/** What the page is made of, held together: who is signed in, what is known, what is shown, and what is done. */
import { Api, Refusal, requestOf } from "./api.js"
import { today } from "./format.js"
import { Channel } from "./live.js"
import { Kept } from "./kept.js"
import { Loading } from "./loading.js"
import { Keeping, domainsOf, signedIn } from "./session.js"
import { Spoken } from "./spoken.js"
import { setClock, stopClock } from "./ticking.js"
import { State } from "../model/state.js"
import { ringing } from "../model/calls.js"

const POLLS_EVERY = 5000
const REFRESHES_EVERY = 60_000

/** @typedef {"signed-out" | "loading" | "live" | "polling" | "away"} Mode */

export class App extends Spoken {
  /** @param {{base: string, live: string, draw: () => void, session: Storage, kept: Storage}} means */
  constructor({ base, live, draw, session, kept }) {
    super(draw, kept)
    this.keeping = new Keeping(session)
    this.signed = this.keeping.read()
    this.state = new State()
    /** @type {Set<string>} */
    this.offered = new Set()
    /** @type {Mode} */
    this.mode = this.signed ? "loading" : "signed-out"
    /** @type {number | null} when it was known last how everything is */
    this.knownAt = null
    this.view = location.hash.slice(1) || "board"
    this.typed = ""
    /** @type {{call_uuid: string} | null} a call whose destination is being chosen */
    this.picked = null
    /** @type {string | null} the extension whose panel is open */
    this.opened = null
    /** @type {string | null} the tile that had the focus last */
    this.at = null
    this.asksAgain = false
    /** @type {(() => void)[]} */
    this.waiting = []
    this.api = new Api(base, {
      token: () => this.signed?.token ?? null,
      domain: () => this.signed?.domain ?? null,
      again: () => this.signInAgain(),
      heard: (_, request) => this.note(request),
      reached: (well) => well || this.lost(),
    })
    this.channel = new Channel(live, this.hearer())
    this.loading = new Loading(this)
    this.grouping = new Kept(/** @type {ReturnType<typeof import("../model/tiles.js").grouped>} */ ([]))
    /** @type {Set<string>} */
    this.heard = new Set()
  }

  /** @returns {import("./live.js").Hearer} */
  hearer() {
    return {
      token: () => this.signed?.token ?? null,
      domain: () => this.signed?.domain ?? null,
      read: (parameters) => this.api.ask("event-list", parameters),
      happened: (events) => this.happened(events),
      changed: () => this.judge(),
      begun: () => void this.loading.everything(),
      clock: setClock,
      ended: () => void this.signInAgain(),
      note: (words) => console.info(`Ringpost: ${words}`),
    }
  }

  /** Begin, if somebody is signed in. */
  async start() {
    document.addEventListener("visibilitychange", () => this.changed())
    window.addEventListener("online", () => this.channel.hurry())
    window.setInterval(() => this.signed && !this.asksAgain && void this.loading.board(), REFRESHES_EVERY)
    window.setInterval(() => this.poll(), POLLS_EVERY)
    if (this.signed) await this.begin()
    this.changed()
  }

  async begin() {
    if (this.mode !== "away") this.mode = "loading"
    this.changed()
    if (!(await this.learn())) return this.lost() // poll tries again
    if (this.can("event-list")) this.channel.start() // once it is live everything is asked for
    else this.channel.become("forbidden")
    if (this.channel.state === "forbidden") await this.loading.everything()
    this.judge()
  }

  /** Find out what the token may do. */
  async learn() {
    try {
      const found = await this.api.ask("action-list")
      this.offered = new Set(found.items.map((/** @type {{action: string}} */ one) => one.action))
    } catch (refusal) {
      this.fail(refusal)
    }
    return this.offered.size > 0
  }

  /** @param {string} action */
  can(action) {
    return this.offered.has(action)
  }

  /** Sign in with a pasted key; `choose` is asked which of several domains it shall be. Throws `Refusal`.
   * @param {string} key
   * @param {(domains: import("./session.js").Domain[]) => Promise<string>} choose
   */
  async signIn(key, choose) {
    const domains = await domainsOf(this.api, key)
    const before = domains.find((one) => one.domain_name === this.signed?.domain)
    const [only] = domains
    const domain = before?.domain_name ?? (domains.length > 1 ? await choose(domains) : only?.domain_name ?? null)
    this.signed = await signedIn(this.api, key, domain)
    this.keeping.write(this.signed)
    if (this.asksAgain) {
      this.asksAgain = false
      this.waiting.splice(0).forEach((go) => go())
      this.channel.hurry()
      void this.learn().then(() => this.changed())
    } else {
      await this.begin()
    }
  }

  /** The token is none any more: somebody is asked for a key, and what is on the page stays. */
  signInAgain() {
    this.asksAgain = true
    this.judge()
    this.changed()
    return new Promise((/** @type {(value?: undefined) => void} */ go) => this.waiting.push(go))
  }

  signOut() {
    const { signed } = this
    this.channel.stop()
    if (signed && this.can("token-delete")) {
      void this.api.once(requestOf("token-delete", { token: signed.token }, null), signed.token).catch(() => null)
    }
    this.keeping.write(null)
    location.reload()
  }

  /** Do an action and say what became of it; `null` if it was refused.
   * @param {string} action
   * @param {Record<string, unknown>} [parameters]
   * @param {string} [done] what to say then
   */
  async do(action, parameters = {}, done) {
    try {
      const answer = await this.api.ask(action, parameters)
      if (done) this.tell("good", done)
      return answer
    } catch (refusal) {
      this.fail(refusal, action)
      return null
    }
  }

  /** @param {unknown} refusal @param {string} [action] */
  fail(refusal, action) {
    if (!(refusal instanceof Refusal)) throw refusal
    if (refusal.code === "unknown-action" && action) this.offered.delete(action)
    this.tell("bad", this.wordsOf(refusal))
  }

  /** @param {Refusal} refusal */
  wordsOf(refusal) {
    if (refusal.kind === "away") return this.t("refused.away")
    if (refusal.kind === "stranger") return this.t("refused.stranger", { status: refusal.status })
    if (refusal.code === "unknown-action") return this.t("refused.older")
    return refusal.message
  }

  /** @param {import("./live.js").Happening[]} events */
  happened(events) {
    for (const event of events) {
      for (const what of this.state.happened(event)) this.loading.soon(what)
      if (event.type === "call.ringing") this.announce(event.data?.call?.call_uuid)
    }
    this.changed()
  }

  /** Say to who does not see that somebody calls: once a call. @param {string} call_uuid */
  announce(call_uuid) {
    const call = this.state.calls.get(call_uuid)
    const leg = call && ringing(call).find((one) => !this.me || one.extension === this.me)
    if (!call || !leg || this.heard.has(call_uuid)) return
    this.heard.add(call_uuid)
    if (this.heard.size > 500) this.heard = new Set([...this.heard].slice(-100))
    const whom = this.state.nameOf(leg.extension ?? "") || leg.extension
    this.said = this.t("said.ringing", { who: call.caller_id_name || call.caller_id_number, whom })
  }

  poll() {
    if (!this.signed || this.asksAgain || this.channel.state === "live") this.judge()
    else if (!this.offered.size) void this.begin()
    else void (this.loading.isWhole ? this.loading.board() : this.loading.everything())
  }

  /** Nothing was answered: what is shown is old from now on. */
  lost() {
    this.knownAt = null
    this.judge()
  }

  /** It is known how everything is. */
  knows() {
    this.knownAt = Date.now()
    this.judge()
  }

  /** Say how current the page is. */
  judge() {
    const isFresh = this.knownAt !== null
    const before = this.mode
    if (!this.signed) this.mode = "signed-out"
    else if (this.asksAgain) this.mode = "away"
    else if (isFresh) this.mode = this.channel.state === "live" ? "live" : "polling"
    else if (before !== "loading" || this.channel.state === "away" || !this.offered.size) this.mode = "away"
    if (this.mode === before) return
    stopClock(this.mode === "away")
    this.changed()
  }

  /** @param {string} view */
  show(view) {
    this.view = view
    this.picked = null
    history.replaceState(null, "", `#${view}`)
    this.changed()
  }

  /** Whose extension whoever looks at the page has. */
  get me() {
    const { me } = this.chosen
    return me && this.state.extensions.has(me) ? me : null
  }

  /** What is said of a call's parties besides: muted, recorded. @param {import("../model/calls.js").Call} call */
  marksOf(call) {
    const marked = call.legs.find((leg) => this.state.marks.has(leg.leg_uuid))
    return marked && this.state.marks.get(marked.leg_uuid)
  }

  /** Changes whenever what is drawn of a call may be drawn otherwise, though the call is the same. */
  get turn() {
    return [this.language, this.me, this.offered.size, this.mode === "away", this.state.named].join()
  }

  get today() {
    return today()
  }

}
