// The segments of a transcript, what a person changed in them, and what can be undone.
//
// A segment is never changed in place: a change makes a new list with new objects for the segments that differ. Views
// compare objects to see what to draw again.

import { joinWords, wordsOf } from "./word_spacing.js";
import { timedWords } from "./word_times.js";

/** Letters that are typed within this time, in milliseconds, are undone together. */
const TYPING_PAUSE = 1000;
const UNDO_LIMIT = 500;

let lastId = 0;

/** A segment as this page uses it, from one that the server sent. */
export function fromServer(segment) {
  lastId += 1;
  const words = segment.words.map(([word, start, end, confidence, alternatives]) => ({
    word,
    start,
    end,
    confidence,
    alternatives: alternatives ?? [],
  }));
  return { ...segment, id: lastId, words, source: words };
}

/** What the server needs to know of a segment. */
export function toServer({ start, end, text, state, channel }) {
  return { start, end, text, state, channel };
}

export class Transcript extends EventTarget {
  /** @param segments the segments as the server sent them. */
  constructor(segments) {
    super();
    this.segments = segments.map(fromServer);
    this.past = [];
    this.future = [];
    this.lastTyping = { id: null, time: 0 };
  }

  get edits() {
    return this.segments.map(toServer);
  }

  find(id) {
    return this.segments.find((segment) => segment.id === id);
  }

  /** The segment before (-1) or after (1) another one; undefined at the ends. */
  neighbour(id, step) {
    return this.segments[this.segments.findIndex((segment) => segment.id === id) + step];
  }

  setText(id, text) {
    const segment = this.find(id);
    const typed = joinWords(wordsOf(text));
    if (typed === segment.text) return;
    const now = Date.now();
    const continues = this.lastTyping.id === id && now - this.lastTyping.time < TYPING_PAUSE;
    this.lastTyping = { id, time: now };
    const words = timedWords(wordsOf(text), segment.source, segment.start, segment.end);
    this.#change(this.#with({ ...segment, text: typed, words, state: "corrected" }), continues);
  }

  setState(id, state) {
    const segment = this.find(id);
    if (segment.state !== state) this.#change(this.#with({ ...segment, state }));
  }

  /** Replace one word of a segment, for example by an alternative. */
  replaceWord(id, place, word) {
    const words = this.find(id).words.map((old, index) => (index === place ? word : old.word));
    this.lastTyping = { id: null, time: 0 };
    this.setText(id, joinWords(words));
    this.lastTyping = { id: null, time: 0 };
  }

  /**
   * Divide a segment in front of a character of its text.
   *
   * Returns the second part, or undefined if one of the parts would be empty.
   */
  split(id, text, offset) {
    const first = wordsOf(text.slice(0, offset));
    const second = wordsOf(text.slice(offset));
    if (first.length === 0 || second.length === 0) return undefined;
    const segment = this.find(id);
    const words = timedWords([...first, ...second], segment.source, segment.start, segment.end);
    const time = Math.min(Math.max(words[first.length].start, segment.start), segment.end);
    const state = joinWords([...first, ...second]) === segment.text ? segment.state : "corrected";
    const part = (texts, ownWords, start, end) =>
      fromServer({ ...segment, state, text: joinWords(texts), start, end, words: ownWords.map(asServerWord) });
    const head = part(first, words.slice(0, first.length), segment.start, time);
    const rest = part(second, words.slice(first.length), time, segment.end);
    this.#change(this.segments.flatMap((old) => (old.id === id ? [head, rest] : [old])));
    return rest;
  }

  /**
   * Join a segment with the next one of its channel.
   *
   * Returns the joined segment and the length of the first text, or undefined if no segment follows.
   */
  join(id) {
    const place = this.segments.findIndex((segment) => segment.id === id);
    const first = this.segments[place];
    const second = this.segments.slice(place + 1).find((segment) => segment.channel === first.channel);
    if (second === undefined) return undefined;
    const states = [first.state, second.state];
    const state = ["corrected", "unchecked"].find((name) => states.includes(name)) ?? "checked";
    const joined = fromServer({
      ...first,
      state,
      end: Math.max(first.end, second.end),
      text: joinWords([...wordsOf(first.text), ...wordsOf(second.text)]),
      words: [...first.words, ...second.words].map(asServerWord),
    });
    this.#change(
      this.segments.flatMap((old) => (old === first ? [joined] : old === second ? [] : [old])),
    );
    return { segment: joined, offset: first.text.length };
  }

  undo() {
    this.#restore(this.past, this.future);
  }

  redo() {
    this.#restore(this.future, this.past);
  }

  /**
   * Take over edits of an earlier visit, or of another person. They cannot be undone.
   *
   * @param edits the segments without words, as `toServer` makes them.
   * @param known segments with words, as the server sent them.
   */
  adopt(edits, known = []) {
    this.past = [];
    this.future = [];
    const own = new Map(this.segments.map((segment) => [identity(segment), segment]));
    const others = new Map(known.map((segment) => [identity(segment), segment]));
    this.#show(
      edits.map((edit) => {
        const segment = own.get(identity(edit)) ?? fromServer(others.get(identity(edit)) ?? withWords(edit));
        return segment.state === edit.state ? segment : { ...segment, state: edit.state };
      }),
    );
  }

  /** Take over the final times of words, and who did what, in segments that did not change since they were sent. */
  confirm(sent, answered) {
    const final = new Map(sent.map((segment, place) => [segment.id, [segment, answered[place]]]));
    this.#show(
      this.segments.map((segment) => {
        const [old, confirmed] = final.get(segment.id) ?? [];
        if (old !== segment) return segment;
        const { words, source } = fromServer(confirmed);
        return { ...segment, ...confirmed, words, source };
      }),
      true,
    );
  }

  #with(changed) {
    return this.segments.map((segment) => (segment.id === changed.id ? changed : segment));
  }

  #change(segments, continues = false) {
    if (!continues) this.past = [...this.past, this.segments].slice(-UNDO_LIMIT);
    this.future = [];
    this.#show(segments);
  }

  #restore(from, to) {
    if (from.length === 0) return;
    to.push(this.segments);
    this.lastTyping = { id: null, time: 0 };
    this.#show(from.pop());
  }

  #show(segments, isConfirmation = false) {
    this.segments = segments;
    this.dispatchEvent(new CustomEvent("change", { detail: { isConfirmation } }));
  }
}

/** What two versions of a segment have in common if nobody changed its text. */
function identity({ channel, start, end, text }) {
  return JSON.stringify([channel, start, end, text]);
}

function withWords(edit) {
  const words = timedWords(wordsOf(edit.text), [], edit.start, edit.end).map(asServerWord);
  return { by: "", at: "", ...edit, words };
}

function asServerWord({ word, start, end, confidence, alternatives }) {
  return [word, start, end, confidence, alternatives];
}
