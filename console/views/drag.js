/** Dragging a call onto a tile, with mouse, pen or finger: pointer events, since a finger has no drag and drop. */

/** @typedef {import("../lib/app.js").App} App @typedef {import("../model/calls.js").Call} Call */
const BEGINS_AFTER = 6

/** A pointer went down on a call's card: perhaps it will be dragged.
 * @param {PointerEvent} event
 * @param {App} app
 * @param {Call} call
 */
export function dragged(event, app, call) {
  const card = /** @type {HTMLElement} */ (event.currentTarget)
  if (event.button || !app.can("call-transfer") || /** @type {HTMLElement} */ (event.target).closest("button, input, ul, a")) return
  const ending = new AbortController()
  const { signal } = ending
  /** @type {HTMLElement | null} */
  let ghost = null
  /** @type {HTMLElement | null} */
  let over = null

  const look = (/** @type {PointerEvent} */ { clientX, clientY }) => {
    const under = document.elementFromPoint(clientX, clientY)?.closest("[data-drop]")
    const found = under instanceof HTMLElement ? under : null
    if (found !== over) {
      over?.classList.remove("over")
      found?.classList.add("over")
      over = found
    }
  }
  const end = () => {
    ending.abort()
    ghost?.remove()
    over?.classList.remove("over")
    document.body.classList.remove("dragging")
  }
  const move = (/** @type {PointerEvent} */ at) => {
    if (!ghost && Math.hypot(at.clientX - event.clientX, at.clientY - event.clientY) < BEGINS_AFTER) return
    if (!ghost) {
      ghost = document.createElement("div")
      ghost.className = "ghost"
      ghost.textContent = card.querySelector(".parties")?.textContent ?? ""
      document.body.append(ghost)
      document.body.classList.add("dragging")
    }
    at.preventDefault()
    ghost.style.translate = `${at.clientX + 12}px ${at.clientY + 12}px`
    look(at)
  }
  const drop = (/** @type {PointerEvent} */ at) => {
    const isDrag = ghost !== null
    if (isDrag) look(at)
    const destination = isDrag ? over?.dataset.drop : undefined
    end()
    if (destination) {
      void app.do("call-transfer", { call_uuid: call.call_uuid, destination }, app.t("done.transferred", { to: destination }))
    }
  }
  document.addEventListener("pointermove", move, { signal, passive: false })
  document.addEventListener("pointerup", drop, { signal })
  document.addEventListener("pointercancel", end, { signal })
  document.addEventListener("keydown", (pressed) => pressed.key === "Escape" && end(), { signal })
}
