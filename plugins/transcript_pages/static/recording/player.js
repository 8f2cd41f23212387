// The recording as sound: play, seek, speed. The address of the audio works for minutes, so it is renewed when it ends.

/** Renew an address that has less than this left, in milliseconds. */
const MARGIN = 20000;
/** Two renewals in this time, in milliseconds, mean that the audio itself cannot be played. */
const SHORTEST_LIFE = 5000;

export class Player extends EventTarget {
  /**
   * @param audio the audio element.
   * @param readAddress returns a promise of `address`, and of the `seconds` for which it works.
   */
  constructor(audio, readAddress) {
    super();
    this.audio = audio;
    this.readAddress = readAddress;
    this.renewed = 0;
    this.expires = 0;
    audio.addEventListener("error", () => this.#recover());
    for (const event of ["timeupdate", "seeked", "play", "pause"]) {
      audio.addEventListener(event, () => this.#announce());
    }
  }

  get time() {
    return this.audio.currentTime;
  }

  get isPlaying() {
    return !this.audio.paused;
  }

  get speed() {
    return this.audio.playbackRate;
  }

  set speed(factor) {
    this.audio.playbackRate = factor;
    this.audio.defaultPlaybackRate = factor;
  }

  /** Read the audio from a new address, from this time on. */
  async load(time = 0) {
    const wasPlaying = this.isPlaying;
    const { address, seconds } = await this.readAddress();
    this.renewed = Date.now();
    this.expires = this.renewed + seconds * 1000;
    this.audio.src = address;
    this.audio.currentTime = time;
    if (wasPlaying) await this.#start();
  }

  async togglePlay() {
    if (this.isPlaying) {
      this.audio.pause();
      return;
    }
    if (this.#isOld()) await this.load(this.time);
    await this.#start();
  }

  async seek(time) {
    const target = Math.max(0, time);
    if (this.#isOld()) await this.load(target);
    else this.audio.currentTime = target;
  }

  #isOld() {
    return Date.now() > this.expires - MARGIN;
  }

  async #start() {
    try {
      await this.audio.play();
    } catch (error) {
      if (error.name !== "AbortError") this.#fail();
    }
  }

  async #recover() {
    if (Date.now() - this.renewed < SHORTEST_LIFE) {
      this.#fail();
      return;
    }
    try {
      await this.load(this.time);
    } catch {
      this.#fail();
    }
  }

  #fail() {
    this.dispatchEvent(new Event("failed"));
  }

  /** Tell listeners the time: once, and as often as the screen changes while the recording plays. */
  #announce() {
    cancelAnimationFrame(this.frame);
    this.dispatchEvent(new Event("time"));
    if (this.isPlaying) this.frame = requestAnimationFrame(() => this.#announce());
  }
}
