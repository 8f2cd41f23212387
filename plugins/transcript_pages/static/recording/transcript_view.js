// The list of segments: what is current, what is edited, which word is spoken.

import { SegmentView } from "./segment_view.js";
import { joinWords, wordsOf } from "./word_spacing.js";

export class TranscriptView {
  /**
   * @param list the list element.
   * @param transcript the transcript.
   * @param limit words with less confidence are unsure, if nobody checked their segment.
   * @param mayEdit whether the user may change the transcript.
   */
  constructor({ list, transcript, limit, mayEdit }) {
    Object.assign(this, { list, transcript, limit, mayEdit });
    this.views = new Map();
    this.currentId = null;
    this.spoken = null;
    const channels = new Set(transcript.segments.map((segment) => segment.channel));
    this.channels = channels.size > 1 ? [...channels] : [];
    list.classList.toggle("conversation", this.channels.length > 1);
    transcript.addEventListener("change", () => this.draw());
    list.addEventListener("input", (event) => this.#typed(event.target));
    list.addEventListener("focusin", (event) => this.#setCurrent(idOf(event.target)));
    this.draw();
  }

  /** The current segment: the one with the focus, or else the first. */
  get current() {
    return this.transcript.find(this.currentId) ?? this.transcript.segments[0];
  }

  get edited() {
    return [...this.views.values()].find((view) => view.isEdited);
  }

  /** Show the segments of the transcript. Elements of segments that did not change stay. */
  draw() {
    const kept = new Map();
    const elements = this.transcript.segments.map((segment) => {
      const side = this.channels.indexOf(segment.channel);
      const view = this.views.get(segment.id) ?? new SegmentView(segment, side < 0 ? null : side, this.limit);
      if (view.segment !== segment) this.#redraw(view, segment);
      kept.set(segment.id, view);
      return view.element;
    });
    const isSame = elements.length === this.list.children.length;
    if (!isSame || elements.some((element, place) => element !== this.list.children[place])) {
      this.list.replaceChildren(...elements);
    }
    this.views = kept;
  }

  /** Make a segment the current one, and move the focus to it. */
  focus(id) {
    this.edited?.leave();
    const view = this.views.get(id);
    if (view === undefined) return;
    view.element.focus({ preventScroll: true });
    view.element.scrollIntoView({ block: "nearest" });
  }

  /** Move the focus to the segment of a word, and mark the word. */
  choose(id, place) {
    this.focus(id);
    this.list.querySelector(".chosen")?.classList.remove("chosen");
    this.wordElement(id, place)?.classList.add("chosen");
  }

  /** Edit the text of a segment, with the cursor in front of a character: by default, that of its marked word. */
  edit(id, offset = this.#chosenOffset(id)) {
    if (!this.mayEdit) return;
    if (this.edited?.segment.id !== id) this.edited?.leave();
    const view = this.views.get(id);
    view.edit(offset);
    view.element.scrollIntoView({ block: "nearest" });
  }

  /** Mark the words that are spoken at a time, and return the segment that follows the sound. */
  light(time) {
    const lit = [];
    for (const segment of this.#segmentsAt(time)) {
      const words = segment.words;
      const next = words.findIndex((word) => word.start > time);
      lit.push([segment.id, (next < 0 ? words.length : next) - 1]);
    }
    for (const [id] of this.spoken ?? []) this.views.get(id)?.light(-1);
    for (const [id, place] of lit) this.views.get(id)?.light(place);
    this.spoken = lit;
    return lit.at(0)?.[0];
  }

  /** The unsure words in the order of time: the segment and the place of each. */
  get unsureWords() {
    return this.transcript.segments.flatMap((segment) => {
      const view = this.views.get(segment.id);
      return segment.words.flatMap((word, place) => (view.isUnsure(word) ? [{ segment, place, word }] : []));
    });
  }

  /** The element of a word, if its segment is not being edited. */
  wordElement(id, place) {
    return this.views.get(id)?.words.querySelector(`[data-place="${place}"]`);
  }

  #chosenOffset(id) {
    const chosen = this.views.get(id)?.words.querySelector(".chosen");
    return chosen ? offsetOf(chosen) : 0;
  }

  #segmentsAt(time) {
    return this.transcript.segments.filter((segment) => segment.start <= time && time < segment.end);
  }

  /** Undo, split and join change a text that is being edited; typing must not move the cursor. */
  #redraw(view, segment) {
    view.show(segment);
    if (view.isEdited && wordsDiffer(view.field.value, segment.text)) {
      view.field.value = segment.text;
      view.fit();
    }
  }

  #typed(field) {
    const id = idOf(field);
    if (id === undefined || !field.classList.contains("text")) return;
    this.views.get(id).fit();
    this.transcript.setText(id, field.value);
  }

  #setCurrent(id) {
    if (id === undefined || id === this.currentId) return;
    this.views.get(this.currentId)?.element.classList.remove("current");
    this.currentId = id;
    this.views.get(id)?.element.classList.add("current");
  }
}

/** The id of the segment that an element belongs to. */
export function idOf(element) {
  const segment = element.closest?.(".segment");
  return segment ? Number(segment.dataset.id) : undefined;
}

/** The number of characters in front of a word in the text of its segment. */
export function offsetOf(wordElement) {
  const range = document.createRange();
  range.setStart(wordElement.parentNode, 0);
  range.setEndBefore(wordElement);
  return range.toString().length;
}

function wordsDiffer(typed, text) {
  return joinWords(wordsOf(typed)) !== text;
}
