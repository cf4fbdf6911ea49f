/** The live channel: what happens, as it happens, and read on from the last cursor after any gap (docs/live.md). */

const HEARTBEAT = 30_000
const ANSWERS_WITHIN = 10_000
const READS_ON_EVERY = 60_000
const CONNECTS_ANEW_AFTER = 110 * 60_000
const WAITS = [500, 1000, 2000, 4000, 8000, 15_000]
const KNOWN = 5000

/**
 * @typedef {{id: string, type: string, timestamp: string, call_uuid: string | null, sequence: number, data: any}} Happening
 * @typedef {"connecting" | "live" | "away" | "forbidden"} ChannelState
 * @typedef {{
 *   token: () => string | null,
 *   domain: () => string | null,
 *   read: (parameters: Record<string, unknown>) => Promise<{items: Happening[], next_cursor: string, more: boolean}>,
 *   happened: (events: Happening[]) => void,
 *   changed: (state: ChannelState) => void,
 *   begun: () => void,
 *   clock: (server: number) => void,
 *   ended: () => void,
 *   note: (words: string) => void,
 * }} Hearer
 *   `begun`: it is live (again), so whatever was asked for before may be old. `ended`: the token is none any more.
 */

export class Channel {
  /** @param {string} url @param {Hearer} hearer @param {(url: string) => WebSocket} [connect] */
  constructor(url, hearer, connect = (address) => new WebSocket(address)) {
    this.url = url
    this.hearer = hearer
    this.connect = connect
    /** @type {WebSocket | null} */
    this.socket = null
    /** @type {ChannelState} */
    this.state = "connecting"
    /** @type {Set<string>} */
    this.known = new Set()
    /** @type {Set<string>} */
    this.noted = new Set()
    /** @type {Record<string, unknown>} */
    this.reading = {}
    /** @type {string | null} */
    this.cursor = null
    this.tries = 0
    this.isStopped = false
    this.isRefused = false
    /** @type {Promise<void> | null} */
    this.catching = null
    /** @type {Record<string, ReturnType<typeof setTimeout>>} */
    this.timers = {}
  }

  start() {
    this.isStopped = false
    this.open()
  }

  stop() {
    this.isStopped = true
    this.forget()
    this.socket?.close()
    this.socket = null
  }

  /** Try now: the network is back, or somebody has signed in. */
  hurry() {
    this.isRefused = false
    if (this.socket || this.isStopped) return
    this.tries = 0
    this.open()
  }

  /** Begin with nothing known: another domain. */
  forgetPlace() {
    this.cursor = null
    this.known.clear()
  }

  open() {
    clearTimeout(this.timers.again)
    if (this.socket) return
    const socket = (this.socket = this.connect(this.url))
    socket.onopen = () => this.say({ message: "authenticate", token: this.hearer.token() })
    socket.onmessage = ({ data }) => socket === this.socket && this.heard(data)
    socket.onclose = () => socket === this.socket && this.closed()
  }

  closed() {
    this.socket = null
    this.forget()
    if (this.isStopped || this.state === "forbidden") return
    this.become("away")
    if (this.isRefused) return // with that token it would be again: hurry is told of another
    const wait = WAITS[Math.min(this.tries, WAITS.length - 1)]
    this.tries += 1
    this.timers.again = setTimeout(() => this.open(), wait * (0.75 + Math.random() / 2))
  }

  forget() {
    Object.values(this.timers).forEach(clearTimeout)
    this.timers = {}
  }

  /** @param {ChannelState} state */
  become(state) {
    if (state === this.state) return
    this.state = state
    this.hearer.changed(state)
  }

  /** @param {Record<string, unknown>} message */
  say(message) {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(message))
  }

  /** @param {unknown} data */
  heard(data) {
    let said
    try {
      said = JSON.parse(String(data))
    } catch {
      said = {}
    }
    switch (said?.message) {
      case "welcome":
        return this.subscribe()
      case "subscribed":
        return this.subscribed(said)
      case "event":
        this.cursor = said.cursor
        return this.take([said.event])
      case "heartbeat":
        clearTimeout(this.timers.silence)
        return this.hearer.clock(Date.parse(said.at))
      case "gap":
        clearTimeout(this.timers.silence)
        return void this.readOn()
      case "refused":
        return this.refused(said)
      default:
        return this.unknown(said?.message)
    }
  }

  subscribe() {
    const domain = this.hearer.domain()
    // All types: an older endpoint refuses to be asked for those that it does not know.
    this.say({ message: "subscribe", subscription: "console", ...(domain && { domain_name: domain }) })
  }

  /** @param {{read: Record<string, unknown>, cursor: string}} said */
  subscribed({ read, cursor }) {
    this.reading = read
    const hasMissed = this.cursor !== null
    this.cursor ??= cursor
    this.tries = 0
    this.become("live")
    this.hearer.begun()
    if (hasMissed) void this.readOn()
    this.beat()
    this.timers.read = setInterval(() => this.readOn(), READS_ON_EVERY)
    this.timers.anew = setTimeout(() => this.socket?.close(), CONNECTS_ANEW_AFTER)
  }

  beat() {
    this.say({ message: "heartbeat" })
    this.timers.silence = setTimeout(() => this.socket?.close(), ANSWERS_WITHIN)
    this.timers.beat = setTimeout(() => this.beat(), HEARTBEAT)
  }

  /** @param {{status: number, error: string}} said */
  refused({ status, error }) {
    if (status === 401) {
      this.isRefused = true
      this.hearer.ended()
      this.socket?.close()
    } else if (status === 403) {
      this.become("forbidden")
      this.socket?.close()
    } else {
      this.hearer.note(error)
    }
  }

  /** @param {unknown} message */
  unknown(message) {
    const name = String(message).slice(0, 64)
    if (this.noted.has(name)) return
    this.noted.add(name)
    this.hearer.note(`the channel says ${JSON.stringify(name)}, which this page does not know: passed over`)
  }

  /** @param {Happening[]} events */
  take(events) {
    const unheard = events.filter((event) => event && typeof event.id === "string" && !this.known.has(event.id))
    for (const { id } of unheard) this.known.add(id)
    if (this.known.size > KNOWN) this.known = new Set([...this.known].slice(-KNOWN / 2))
    if (unheard.length) this.hearer.happened(unheard)
  }

  /** Read on from the last cursor, page by page; one at a time. */
  readOn() {
    this.catching ??= this.readAll().finally(() => (this.catching = null))
    return this.catching
  }

  async readAll() {
    for (let more = true; more && this.cursor; ) {
      const before = this.cursor
      const page = await this.hearer.read({ ...this.reading, cursor: before }).catch(() => null)
      if (!page) return
      this.take(page.items)
      if (this.cursor === before) this.cursor = page.next_cursor
      more = page.more && this.cursor === page.next_cursor
    }
  }
}
