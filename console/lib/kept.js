/** Something that is made anew only when what it is made of has changed. @template T */
export class Kept {
  /** @param {T} value */
  constructor(value) {
    this.value = value
    /** @type {unknown[]} */
    this.from = []
  }

  /** @param {unknown[]} from @param {() => T} make */
  of(from, make) {
    if (from.length !== this.from.length || from.some((one, place) => one !== this.from[place])) {
      this.from = from
      this.value = make()
    }
    return this.value
  }
}
