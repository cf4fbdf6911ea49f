/** Rendering: preact, and its templates as tagged text. Nothing is ever put into the page as HTML. */
import { Component, Fragment, createRef, h, render } from "../vendor/preact.js"
import htm from "../vendor/htm.js"

export const html = htm.bind(h)
export { Component, Fragment, createRef, render }

/** The class names that hold.
 * @param {Record<string, unknown>} names
 */
export const classes = (names) => Object.keys(names).filter((name) => names[name]).join(" ")
