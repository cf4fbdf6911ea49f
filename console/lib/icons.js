/** Signs beside words: never alone, and never read out. */
import { html } from "./html.js"

const PATHS = /** @type {Record<string, string>} */ ({
  answer: "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6a2 2 0 0 1 2-2",
  hangup: "M3 14c5-5 13-5 18 0l-2 3-4-1v-3c-2-.7-4-.7-6 0v3l-4 1z",
  hold: "M8 5v14M16 5v14",
  resume: "M7 5l12 7-12 7z",
  mute: "M9 5a3 3 0 0 1 6 0v6M5 11a7 7 0 0 0 11 5.5M12 18v3M4 4l16 16",
  unmute: "M12 2a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V5a3 3 0 0 1 3-3M5 11a7 7 0 0 0 14 0M12 18v3",
  transfer: "M4 12h14M13 6l6 6-6 6",
  park: "M7 21V3h6a5 5 0 0 1 0 10H7",
  record: "M12 7a5 5 0 1 1 0 10a5 5 0 0 1 0-10",
  stop: "M7 7h10v10H7z",
  listen: "M4 14v-2a8 8 0 0 1 16 0v2M4 14h3v6H5a1 1 0 0 1-1-1zM20 14h-3v6h2a1 1 0 0 0 1-1z",
  search: "M11 4a7 7 0 1 1 0 14a7 7 0 0 1 0-14M16 16l5 5",
  plus: "M12 5v14M5 12h14",
  in: "M17 7L7 17M7 9v8h8",
  out: "M7 17L17 7M9 7h8v8",
  people: "M9 5a3 3 0 1 1 0 6a3 3 0 0 1 0-6M3 20a6 6 0 0 1 12 0M16 5.5a3 3 0 0 1 0 5.5M17 14.5a6 6 0 0 1 4 5.5",
  code: "M8 7l-5 5 5 5M16 7l5 5-5 5",
  moon: "M20 14A8 8 0 1 1 10 4a6.5 6.5 0 0 0 10 10",
  forward: "M13 5l7 7-7 7M4 5l7 7-7 7",
  away: "M12 4a8 8 0 1 1 0 16a8 8 0 0 1 0-16M12 8v4l3 2",
  unregistered: "M4 4l16 16M9 5l2 4-2.5 1.5M14 15l1-2 5 2v4M5 7c.5 7 6 13 13 13",
  ring: "M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4",
  close: "M6 6l12 12M18 6L6 18",
  help: "M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 18v.01",
})

/** @param {{name: string}} props */
export const Icon = ({ name }) =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${PATHS[name] ?? ""} /></svg>`
