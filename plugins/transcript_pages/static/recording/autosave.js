// Saves changes by itself: first in the browser, at once, and within two seconds on the server. While the server cannot
// be reached, it tries again and again. A version that somebody else saved is never overwritten.

import { joinParts, merge } from "./merge.js";
import { toServer } from "./transcript.js";

/** From the first change to the request, in milliseconds. */
const DELAY = 1200;
const FIRST_RETRY = 2000;
const LAST_RETRY = 15000;

export class Autosave {
  /**
   * @param transcript the transcript.
   * @param drafts where the browser keeps changes.
   * @param server sends and reads versions: `save(edits, etag)`.
   * @param version the version that the server sent: its `etag`, or null if there is no correction yet.
   * @param choose shows two versions and returns a promise of the chosen parts.
   * @param show tells the user the state of saving.
   */
  constructor({ transcript, drafts, server, version, choose, show }) {
    Object.assign(this, { transcript, drafts, server, choose, show });
    this.etag = version;
    this.base = transcript.edits;
    this.sent = null;
    this.isUnsaved = false;
    this.isSending = false;
    this.timer = null;
    this.retry = FIRST_RETRY;
    transcript.addEventListener("change", (event) => {
      if (!event.detail.isConfirmation) this.#noteChange();
    });
    addEventListener("online", () => this.#sendSoon(0));
  }

  /** Continue with the changes that an earlier visit left in this browser. */
  async resume() {
    const draft = this.drafts.read();
    if (draft === null) return;
    if (draft.etag === this.etag) this.transcript.adopt(draft.edits);
    else await this.#bringTogether(draft, { edits: this.base, segments: [], etag: this.etag });
  }

  #noteChange() {
    this.isUnsaved = true;
    this.show(this.drafts.write(this.#draft()) ? "changed" : "browser-full");
    if (this.timer === null && !this.isSending) this.#sendSoon(DELAY);
  }

  /** What this person changed: in which version (`etag`, `base`), what was `sent` already, and all `edits`. */
  #draft() {
    return { etag: this.etag, base: this.base, sent: this.sent, edits: this.transcript.edits };
  }

  #sendSoon(delay) {
    clearTimeout(this.timer);
    this.timer = this.isUnsaved && !this.isSending ? setTimeout(() => this.#send(), delay) : null;
  }

  async #send() {
    this.timer = null;
    this.isSending = true;
    this.isUnsaved = false;
    this.show("saving");
    const sent = this.transcript.segments;
    this.sent = sent.map(toServer);
    this.drafts.write(this.#draft());
    let delay = DELAY;
    try {
      const answer = await this.server.save(this.sent, this.etag);
      this.retry = FIRST_RETRY;
      if (answer.isConflict) await this.#bringTogether(this.#draft(), answer);
      else this.#finish(sent, answer);
    } catch (error) {
      this.isUnsaved = true;
      delay = this.retry;
      this.retry = Math.min(this.retry * 2, LAST_RETRY);
      this.show("offline", error);
    }
    this.isSending = false;
    this.#sendSoon(delay);
  }

  #finish(sent, { etag, segments }) {
    this.etag = etag;
    this.base = segments.map(toServer);
    this.sent = null;
    this.transcript.confirm(sent, segments);
    if (this.isUnsaved) {
      this.drafts.write(this.#draft());
      return;
    }
    this.drafts.remove();
    this.show("saved");
  }

  /**
   * Join this person's changes with the version on the server, and let the person choose where both differ.
   *
   * The version on the server may be this person's own: the answer to an earlier request was lost.
   */
  async #bringTogether({ base, sent, edits }, theirs) {
    const isOwn = sent !== null && JSON.stringify(sent) === JSON.stringify(theirs.edits);
    const parts = merge(isOwn ? sent : base, edits, theirs.edits);
    const isOpen = parts.some((part) => part.segments === undefined);
    if (isOpen) this.show("conflict");
    const decided = isOpen ? await this.choose(parts, theirs) : parts;
    this.etag = theirs.etag;
    this.base = theirs.edits;
    this.sent = null;
    this.transcript.adopt(joinParts(decided), theirs.segments);
  }
}
