// The commands with which a person listens to a recording and corrects its transcript.

import { idOf } from "./transcript_view.js";

const STEP = 3;
const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

export class Editor {
  /** @param parts the `transcript`, its `view`, the `player`, the `menu` of alternatives, the `help` dialog, the `speed` field. */
  constructor(parts) {
    Object.assign(this, parts);
    this.unsurePlace = -1;
  }

  /** Run a command by its name; see `KEYS`. Returns whether it exists. */
  run(command) {
    const method = {
      play: () => this.player.togglePlay(),
      back: () => this.player.seek(this.player.time - STEP),
      forward: () => this.player.seek(this.player.time + STEP),
      seek: () => this.#seek(),
      "next-unsure": () => this.#nextUnsure(),
      next: () => this.#step(1),
      previous: () => this.#step(-1),
      edit: () => this.view.edit(this.view.current.id),
      leave: () => this.view.focus(this.view.current.id),
      help: () => this.help.showModal(),
      slower: () => this.#changeSpeed(-1),
      faster: () => this.#changeSpeed(1),
      alternatives: () => this.#alternatives(),
      ...(this.view.mayEdit ? this.#changes() : {}),
    }[command];
    method?.();
    return method !== undefined;
  }

  /** Seek to a word, and show what else it may be. */
  clickWord(wordElement) {
    const segment = this.transcript.find(idOf(wordElement));
    const place = Number(wordElement.dataset.place);
    this.player.seek(segment.words[place].start);
    this.#openMenu(segment, place, false);
  }

  #changes() {
    return {
      check: () => this.#check(),
      split: () => this.#split(),
      join: () => this.#join(),
      undo: () => this.#restore("undo"),
      redo: () => this.#restore("redo"),
    };
  }

  #step(step) {
    const isEditing = this.view.edited !== undefined;
    const neighbour = this.transcript.neighbour(this.view.current.id, step);
    if (neighbour === undefined) return;
    if (isEditing) this.view.edit(neighbour.id, step < 0 ? neighbour.text.length : 0);
    else this.view.focus(neighbour.id);
  }

  /** Play from the word at the cursor, or from the start of the segment. */
  #seek() {
    const { edited, current } = this.view;
    const before = edited ? edited.field.value.slice(0, edited.field.selectionStart) : "";
    const place = before.split(/\s+/u).length - 1;
    this.player.seek(current.words[place]?.start ?? current.start);
  }

  #nextUnsure() {
    const words = this.view.unsureWords;
    if (words.length === 0) {
      this.tell("No unsure words are left.");
      return;
    }
    const { id: currentId } = this.view.current;
    const order = this.transcript.segments.findIndex((segment) => segment.id === currentId);
    const isLater = ({ segment, place }) => {
      const at = this.transcript.segments.indexOf(segment);
      return at > order || (at === order && place > this.unsurePlace);
    };
    const next = words.find(isLater) ?? words[0];
    this.view.choose(next.segment.id, next.place);
    this.unsurePlace = next.place;
    this.player.seek(next.word.start);
  }

  /** Forget the unsure word when another segment becomes the current one. */
  forgetUnsureWord() {
    this.unsurePlace = -1;
  }

  #alternatives() {
    if (this.unsurePlace >= 0) this.#openMenu(this.view.current, this.unsurePlace, true);
  }

  #openMenu(segment, place, takeFocus) {
    const wordElement = this.view.wordElement(segment.id, place);
    const word = segment.words[place];
    if (wordElement && word && this.view.mayEdit) this.menu.open(wordElement, { id: segment.id, place, word }, takeFocus);
  }

  #check() {
    const { current } = this.view;
    if (current.state === "unchecked") this.transcript.setState(current.id, "checked");
    this.#step(1);
  }

  #split() {
    const { edited } = this.view;
    if (edited === undefined) return;
    const rest = this.transcript.split(edited.segment.id, edited.field.value, edited.field.selectionStart);
    if (rest) this.view.edit(rest.id);
  }

  #join() {
    const isEditing = this.view.edited !== undefined;
    const joined = this.transcript.join(this.view.current.id);
    if (joined === undefined) return;
    if (isEditing) this.view.edit(joined.segment.id, joined.offset);
    else this.view.focus(joined.segment.id);
  }

  #restore(direction) {
    const wasEditing = this.view.edited?.segment.id;
    const place = this.transcript.segments.findIndex((segment) => segment.id === this.view.current.id);
    this.transcript[direction]();
    const { id, text } = this.transcript.find(wasEditing) ?? this.transcript.segments[place] ?? this.view.current;
    if (wasEditing === undefined) this.view.focus(id);
    else this.view.edit(id, text.length);
  }

  #changeSpeed(step) {
    const nearest = SPEEDS.findIndex((speed) => speed >= this.player.speed);
    this.setSpeed(SPEEDS[Math.min(Math.max(nearest + step, 0), SPEEDS.length - 1)]);
  }

  setSpeed(factor) {
    this.player.speed = factor;
    this.speed.value = String(factor);
  }
}
