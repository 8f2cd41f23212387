// One segment on the page: its time, its channel, its state, and its words, or a field in which the text is edited.

import { clock, moment } from "./clock.js";
import { element } from "./elements.js";
import { spaceBetween } from "./word_spacing.js";

const STATES = { unchecked: "not checked", checked: "checked", corrected: "corrected" };

export class SegmentView {
  /**
   * @param segment the segment.
   * @param side the place of its channel among the channels, from 0; null if the channels are mixed.
   * @param limit words with less confidence are unsure, if nobody checked the segment.
   */
  constructor(segment, side, limit) {
    this.limit = limit;
    this.element = element("li", { className: "segment", tabIndex: -1, dataset: { id: segment.id } });
    if (side !== null) this.element.dataset.side = side % 2 ? "right" : "left";
    this.head = element("div", { className: "segment-head" });
    this.words = element("p", { className: "words", dir: "auto" });
    this.element.append(this.head, this.words);
    this.field = null;
    this.show(segment);
  }

  show(segment) {
    this.segment = segment;
    this.element.dataset.state = segment.state;
    this.#showHead();
    if (this.field === null) this.#showWords();
  }

  get isEdited() {
    return this.field !== null;
  }

  /** Let the user edit the text, with the cursor in front of a character. */
  edit(offset = 0) {
    if (this.field === null) {
      this.field = element("textarea", { className: "text", dir: "auto", spellcheck: true, rows: 1 });
      this.field.value = this.segment.text;
      this.field.setAttribute("aria-label", `Text at ${clock(this.segment.start)}`);
      this.words.replaceWith(this.field);
    }
    this.field.focus();
    this.field.setSelectionRange(offset, offset);
    this.fit();
  }

  /** Show words instead of the field. */
  leave() {
    if (this.field === null) return;
    const field = this.field;
    this.field = null;
    field.replaceWith(this.words);
    this.#showWords();
  }

  /** Make the field as high as its text. */
  fit() {
    this.field.rows = 1;
    const line = Number.parseFloat(getComputedStyle(this.field).lineHeight);
    this.field.rows = Math.max(1, Math.round(this.field.scrollHeight / line));
  }

  /** Mark the word that is spoken; -1 for none. */
  light(place) {
    this.words.querySelector(".spoken")?.classList.remove("spoken");
    if (place >= 0) this.words.querySelector(`[data-place="${place}"]`)?.classList.add("spoken");
  }

  isUnsure(word) {
    return this.segment.state === "unchecked" && word.confidence !== null && word.confidence < this.limit;
  }

  #showHead() {
    const { start, channel, state, by, at } = this.segment;
    const time = element("button", { type: "button", className: "time", dataset: { command: "seek" } }, clock(start));
    time.setAttribute("aria-label", `Play from ${clock(start)}`);
    const done = state === "unchecked" || by === "" ? STATES[state] : `${STATES[state]} by ${by}`;
    this.head.replaceChildren(
      time,
      ...(channel === null ? [] : [element("span", { className: "channel" }, channel)]),
      element("span", { className: "state", title: moment(at) }, done),
    );
  }

  #showWords() {
    const { words } = this.segment;
    const nodes = words.flatMap((word, place) => [
      place ? spaceBetween(words[place - 1].word, word.word) : "",
      this.#wordElement(word, place),
    ]);
    this.words.replaceChildren(...(nodes.length ? nodes : [element("span", { className: "quiet" }, "no speech")]));
  }

  #wordElement(word, place) {
    const shown = element("span", { className: "word", dataset: { place } }, word.word);
    if (this.isUnsure(word)) {
      shown.classList.add("unsure");
      shown.title = `unsure: confidence ${word.confidence}`;
    }
    return shown;
  }
}
