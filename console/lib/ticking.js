/** How long something lasts, second by second, without anything being drawn anew for it. */
import { Component, createRef, html } from "./html.js"

/** @type {Set<Elapsed>} */
const shown = new Set()
const clock = { skew: 0, stopped: /** @type {number | null} */ (null) }
let timer = 0

/** What the server's clock is ahead of this one, in milliseconds. @param {number} server */
export function setClock(server) {
  if (Number.isFinite(server)) clock.skew = server - Date.now()
}

/** What is shown stands still while nothing is known any more. @param {boolean} stopped */
export function stopClock(stopped) {
  if (stopped === (clock.stopped !== null)) return
  clock.stopped = stopped ? now() : null
  tick()
}

/** Now, by the server's clock. */
export const now = () => clock.stopped ?? Date.now() + clock.skew

function tick() {
  if (!document.hidden) for (const one of shown) one.tick()
}

/** @extends {Component<{since: string, format: (seconds: number) => string, over?: number}>} */
export class Elapsed extends Component {
  ref = createRef()

  componentDidMount() {
    shown.add(this)
    timer ||= window.setInterval(tick, 1000)
    this.tick()
  }

  componentDidUpdate() {
    this.tick()
  }

  componentWillUnmount() {
    shown.delete(this)
    if (shown.size) return
    window.clearInterval(timer)
    timer = 0
  }

  tick() {
    const seconds = (now() - Date.parse(this.props.since)) / 1000
    const text = this.props.format(seconds)
    const node = this.ref.current
    if (!node) return
    if (node.textContent !== text) node.textContent = text
    const { over } = this.props
    if (over !== undefined) node.classList.toggle("late", seconds > over)
  }

  /** Its text is written by `tick` alone. @param {{since: string}} next */
  shouldComponentUpdate(next) {
    return next.since !== this.props.since
  }

  render() {
    return html`<time class="elapsed" dateTime=${this.props.since} ref=${this.ref}></time>`
  }
}
