// The requests of this page to the server.

import { address, change } from "../pages.js";
import { toServer } from "./transcript.js";

export class Server {
  /** @param name the name of the recording. */
  constructor(name) {
    this.name = name;
  }

  /** The transcript, its correction, and all else that the page shows. */
  read() {
    return this.#get("recording-data");
  }

  /** An address of the audio: `address`, and for how many `seconds` it works. */
  readAudioAddress() {
    return this.#get("audio-address");
  }

  /** The peaks of the waveform: for each channel a list of numbers from -1 to 1. Null if there are none. */
  async readPeaks() {
    const answer = await this.#fetch("peaks");
    return answer.ok ? answer.json() : null;
  }

  /** The address at which the recording's transcript, as it is corrected now, can be downloaded in a format. */
  downloadAddress(format) {
    return address("recording-file", { name: this.name, format });
  }

  /**
   * Save a version of the segments, if nobody saved another one since the version with this ETag.
   *
   * Returns `etag` and `segments` of the saved version; or `isConflict`, and `etag`, `segments` and `edits` of the
   * version that somebody else saved. Throws an Error if the server cannot be reached or refuses.
   */
  async save(edits, etag) {
    try {
      return await this.#put(edits, etag);
    } catch (error) {
      if (error.answer?.status === 409) {
        const theirs = await error.answer.json();
        return { isConflict: true, ...theirs, edits: theirs.segments.map(toServer) };
      }
      if (error.answer?.status !== 403) throw error;
      // The page is older than its token. The server gives a new one to those who are still logged in.
      document.querySelector('meta[name="forgery-token"]').content = (await this.read()).forgery_token;
      return this.#put(edits, etag);
    }
  }

  async #put(edits, etag) {
    const headers = etag === null ? { "If-None-Match": "*" } : { "If-Match": etag };
    const answer = await change("PUT", "correction", { query: { name: this.name }, body: { segments: edits }, headers });
    return answer.json();
  }

  async #get(path) {
    const answer = await this.#fetch(path);
    if (!answer.ok) {
      const { error } = await answer.json().catch(() => ({}));
      throw new Error(error ?? `The server answered with the status ${answer.status}.`);
    }
    return answer.json();
  }

  #fetch(path) {
    return fetch(address(path, { name: this.name }), { headers: { Accept: "application/json" } });
  }
}
