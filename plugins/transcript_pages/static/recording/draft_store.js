// Changes that are not on the server yet. The browser keeps them through a closed tab and a lost network.

export class DraftStore {
  /**
   * @param user the user whose changes these are.
   * @param name the name of the recording.
   */
  constructor(user, name) {
    this.key = `correction ${JSON.stringify([user, name])}`;
  }

  /** The draft, or null: the version that was changed (`etag`, `base`), and the segments (`edits`). */
  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  /** Keep a draft. Returns false if the browser has no room for it. */
  write(draft) {
    try {
      localStorage.setItem(this.key, JSON.stringify(draft));
      return true;
    } catch {
      return false;
    }
  }

  remove() {
    localStorage.removeItem(this.key);
  }
}
