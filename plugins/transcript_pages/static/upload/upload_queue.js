// The order of uploads: some files at once, the others wait.

const FILES_AT_ONCE = 4;

export class UploadQueue {
  constructor() {
    this.uploads = [];
    this.running = 0;
    this.isPaused = false;
  }

  add(upload) {
    if (!this.uploads.includes(upload)) this.uploads.push(upload);
    if (this.isPaused) upload.set("paused");
    else this.#startNext();
  }

  /** Start an upload again that ended, for example after an error. */
  again(upload) {
    upload.set("waiting");
    this.add(upload);
  }

  pause() {
    this.isPaused = true;
    for (const upload of this.uploads) upload.pause();
  }

  continue() {
    this.isPaused = false;
    for (const upload of this.uploads) {
      if (upload.state === "paused" || upload.state === "failed") upload.set("waiting");
    }
    this.#startNext();
  }

  /** Whether some upload would stop if the page was closed. */
  get isActive() {
    return this.uploads.some((upload) => ["waiting", "sending", "offline"].includes(upload.state));
  }

  #startNext() {
    while (!this.isPaused && this.running < FILES_AT_ONCE) {
      const next = this.uploads.find((upload) => upload.state === "waiting" && !upload.isRunning);
      if (next === undefined) return;
      this.running += 1;
      next.isRunning = true;
      next.run().finally(() => {
        this.running -= 1;
        next.isRunning = false;
        this.#startNext();
      });
    }
  }
}
