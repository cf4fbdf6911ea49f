/** Asking for what the page shows: whole at the start and after a gap, in part when something has changed. */
import { Refusal } from "./api.js"

/** @typedef {import("./app.js").App} App */
const SOON = 250
const MOST_PAGES = 50
const STATUS_DAYS = 29

export class Loading {
  /** @param {App} app */
  constructor(app) {
    this.app = app
    /** @type {Record<string, ReturnType<typeof setTimeout> | undefined>} */
    this.timers = {}
    /** @type {Record<string, Promise<void> | undefined>} */
    this.running = {}
    /** @type {Set<string>} */
    this.anew = new Set()
    this.isWhole = false
  }

  /** Ask for one kind in a moment: what happens together is asked for once. @param {string} what */
  soon(what) {
    this.timers[what] ??= setTimeout(() => {
      this.timers[what] = undefined
      void this.of(what)
    }, SOON)
  }

  /** One at a time of each kind; what is wanted while it runs is asked for after it. @param {string} what */
  of(what) {
    if (this.running[what]) {
      this.anew.add(what)
      return this.running[what]
    }
    const ask = /** @type {Record<string, () => Promise<void>>} */ ({
      records: () => this.records(),
      people: () => this.people(),
      queues: () => this.queues(),
      rooms: () => this.rooms(),
      parked: () => this.lots(),
      transfers: () => this.transfers(),
      board: () => this.snapshot(),
    })[what]
    this.running[what] = ask().catch((refusal) => this.refused(refusal)).finally(() => {
      this.running[what] = undefined
      if (this.anew.delete(what)) this.soon(what)
      this.app.changed()
    })
    return this.running[what]
  }

  async everything() {
    await Promise.all([this.of("records"), this.of("people")])
    await this.board()
    this.isWhole = true
  }

  async board() {
    await Promise.all([this.of("board"), this.of("queues"), this.of("rooms"), this.of("parked"), this.of("transfers")])
  }

  /** @param {unknown} refusal */
  refused(refusal) {
    if (!(refusal instanceof Refusal)) throw refusal
    if (refusal.kind !== "refused") this.app.lost()
    else if (refusal.status >= 500) this.app.lost()
    else if (![403, 404].includes(refusal.status)) this.app.tell("bad", this.app.wordsOf(refusal))
  }

  /** All pages of a list. @param {string} action @param {Record<string, unknown>} [parameters] @returns {Promise<any[]>} */
  async all(action, parameters = {}) {
    if (!this.app.can(action)) return []
    const items = []
    let cursor
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const answer = await this.app.api.ask(action, { ...parameters, limit: 1000, ...(cursor && { cursor }) })
      items.push(...answer.items)
      cursor = answer.next_cursor
      if (!cursor) break
    }
    return items
  }

  /** How extensions are, and the calls that are up. */
  async snapshot() {
    const { app } = this
    const [statuses, calls] = await Promise.all([
      this.all("extension-status-list"),
      app.can("call-list") ? this.all("call-list") : null,
    ])
    app.state.replace({ statuses, extensions: this.known ?? [], calls })
    this.known = undefined
    app.knows()
  }

  /** What is configured of extensions; how they are comes with the next snapshot. */
  async records() {
    this.known = await this.all("extension-search")
  }

  async people() {
    const { state } = this.app
    const [users, extensiongroups, usergroups] = await Promise.all([
      this.all("user-list"), this.all("extensiongroup-list"), this.all("usergroup-list"),
    ])
    state.users = new Map(users.map((one) => [one.user_uuid, one]))
    const members = (/** @type {string} */ group) =>
      new Set(users.filter((user) => (user.usergroups ?? []).includes(group)).map((user) => user.user_uuid))
    state.groups = [
      ...extensiongroups.map((one) => ({ of: "extensiongroup", name: one.display_name, members: new Set(one.extensions) })),
      ...usergroups.map((one) => ({ of: "usergroup", name: one.display_name, members: members(one.usergroup_uuid) })),
    ]
    state.named += 1
    await this.statuses()
  }

  /** Who is away, from what was told of it: nobody lists it for all. */
  async statuses() {
    const { app } = this
    if (!app.can("event-list") || !app.state.users.size) return
    const from = new Date(Date.now() - STATUS_DAYS * 86_400_000).toISOString()
    let cursor
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const parameters = { types: ["user.status_changed"], from, limit: 1000, ...(cursor && { cursor }) }
      const answer = await app.api.ask("event-list", parameters)
      for (const { data } of answer.items) app.state.statuses.set(data.user_uuid, data)
      cursor = answer.next_cursor
      if (!answer.more) break
    }
  }

  async queues() {
    const { app } = this
    const [queues, agents, figures] = await Promise.all([
      app.can("queue-status") ? app.api.ask("queue-status") : { items: [] },
      app.can("agent-status") ? app.api.ask("agent-status") : { items: [] },
      app.can("queue-statistics") ? app.api.ask("queue-statistics", { by: "queue", from: app.today }) : { items: [], total: null },
    ])
    const of = new Map(figures.items.map((/** @type {any} */ one) => [one.of, one]))
    app.state.queues = queues.items.map((/** @type {any} */ one) => ({
      ...one, today: of.get(one.name) ?? null,
    }))
    app.state.agents = agents.items
    app.state.total = figures.total
  }

  async rooms() {
    this.app.state.rooms = await this.all("conference-list")
  }

  async lots() {
    this.app.state.lots = await this.all("parkinglot-list")
  }

  async transfers() {
    this.app.state.transfers = await this.all("transfer-list")
  }
}
