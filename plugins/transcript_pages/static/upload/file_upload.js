// The upload of one file: in one request, or in parts that S3 keeps until all are there.

import { address, change } from "../pages.js";
import { statusOf, withRetries } from "./retries.js";
import { sendToS3 } from "./s3_request.js";
import { exactSizeText } from "./size_text.js";
import { findUnfinished, forgetUnfinished, keepUnfinished } from "./unfinished_uploads.js";

/** Number of parts of a file that are sent at once. */
const PARTS_AT_ONCE = 3;

/** States: waiting, sending, offline, paused, exists, failed, done, cancelled. */
export class FileUpload {
  /**
   * @param path the path below input/.
   * @param file the File.
   * @param onChange is called after each change of `state`, `message` and `sent`.
   */
  constructor(path, file, onChange) {
    this.unfinished = findUnfinished(path, file);
    this.path = this.unfinished?.path ?? path;
    this.file = file;
    this.state = "waiting";
    this.message = "";
    /** Number of bytes that S3 has. */
    this.sent = 0;
    this.overwrite = false;
    this.onChange = onChange;
    /** Whether a request with the bytes of the whole file was sent, and its answer may have been lost. */
    this.mayHaveArrived = false;
  }

  set(state, message = "") {
    this.state = state;
    this.message = message;
    this.onChange(this);
  }

  /** Upload the file. The state says how it ended. */
  async run() {
    this.stopper = new AbortController();
    this.set("sending");
    try {
      await this.#send();
      forgetUnfinished(this.path);
      this.sent = this.file.size;
      this.set("done");
    } catch (error) {
      if (this.stopper.signal.aborted) return; // paused or cancelled
      const existing = statusOf(error) === 409 ? await messageOfExisting(error) : undefined;
      this.stopper.abort(); // the other parts of this file
      if (existing === undefined) this.set("failed", error.message);
      else this.set("exists", existing);
    }
  }

  pause() {
    if (this.state === "waiting" || this.state === "sending" || this.state === "offline") {
      this.set("paused");
      this.stopper?.abort();
    }
  }

  /** Give the upload up, and delete the parts in S3. */
  async cancel() {
    this.set("cancelled");
    this.stopper?.abort();
    if (this.unfinished) await discard(this.unfinished);
  }

  #request(action) {
    return withRetries(action, {
      signal: this.stopper.signal,
      onWait: (error) => this.set("offline", error.message),
    }).then((result) => {
      if (this.state === "offline") this.set("sending");
      return result;
    });
  }

  async #change(path, body) {
    const answer = await this.#request(() =>
      change("POST", path, { body: { path: this.path, ...body }, signal: this.stopper.signal }),
    );
    return answer.json();
  }

  async #send() {
    if (this.unfinished) {
      try {
        return await this.#sendParts();
      } catch (error) {
        if (statusOf(error) !== 410) throw error;
        forgetUnfinished(this.path); // S3 deleted the parts after some days
        this.unfinished = undefined;
      }
    }
    const plan = await this.#change("upload/file", { size: this.file.size, overwrite: this.overwrite });
    if (plan.address !== undefined) return this.#sendWhole(plan);
    this.unfinished = { path: this.path, uploadId: plan.upload_id, partBytes: plan.part_bytes };
    keepUnfinished(this.path, this.file, this.unfinished);
    return this.#sendParts();
  }

  async #sendWhole(plan) {
    try {
      await this.#request(async (number) => {
        this.mayHaveArrived ||= number > 1;
        // An address works for some minutes, and a lost network may take longer.
        const current = number === 1 ? plan : await this.#newPlan();
        return this.#sendBlob(current, this.file, () => {});
      });
    } catch (error) {
      if (statusOf(error) === 412 || statusOf(error) === 409) await this.#checkExisting();
      else throw error;
    }
  }

  async #newPlan() {
    const body = { path: this.path, size: this.file.size, overwrite: this.overwrite };
    const answer = await change("POST", "upload/file", { body, signal: this.stopper.signal });
    return answer.json();
  }

  /** Find out whether the object is this file, whose answer was lost, or another one. */
  async #checkExisting() {
    try {
      await this.#request(() => this.#newPlan());
    } catch (error) {
      const existing = statusOf(error) === 409 ? await error.answer.clone().json() : {};
      if (this.mayHaveArrived && existing.size === this.file.size) return;
      throw error;
    }
    throw new Error("The name was taken for a moment. Try again.");
  }

  async #sendParts() {
    const { uploadId, partBytes } = this.unfinished;
    const query = { path: this.path, upload_id: uploadId };
    const finished = await this.#request(() => readParts(query, this.stopper.signal));
    const sent = new Map(Object.entries(finished.parts).map(([number, size]) => [Number(number), size]));
    const numbers = Array.from({ length: Math.ceil(this.file.size / partBytes) }, (_, index) => index + 1);
    const missing = numbers.filter((number) => sent.get(number) !== this.#part(number).size);
    const count = () => {
      this.sent = numbers.reduce((total, number) => total + (sent.get(number) ?? 0), 0);
    };
    count();
    const sendNext = async () => {
      for (let number = missing.shift(); number !== undefined; number = missing.shift()) {
        const blob = this.#part(number);
        await this.#request(async () => {
          const part = { path: this.path, upload_id: uploadId, number, size: blob.size };
          const answer = await change("POST", "upload/part", { body: part, signal: this.stopper.signal });
          await this.#sendBlob(await answer.json(), blob, (bytes) => {
            sent.set(number, bytes);
            count();
          });
        });
        sent.set(number, blob.size);
      }
    };
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, sendNext));
    await this.#change("upload/complete", {
      upload_id: uploadId,
      size: this.file.size,
      overwrite: this.overwrite,
    });
  }

  #part(number) {
    const start = (number - 1) * this.unfinished.partBytes;
    return this.file.slice(start, start + this.unfinished.partBytes);
  }

  #sendBlob({ address: target, headers }, blob, onProgress) {
    return sendToS3(target, blob.slice(), {
      headers,
      signal: this.stopper.signal,
      onProgress: (bytes) => {
        onProgress(bytes);
        if (blob === this.file) this.sent = bytes;
        this.onChange(this);
      },
    });
  }
}

async function readParts(query, signal) {
  const answer = await fetch(address("upload/parts", query), { headers: { Accept: "application/json" }, signal });
  if (!answer.ok) {
    const { error } = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(error ?? `The server answered with the status ${answer.status}.`), { answer });
  }
  return answer.json();
}

async function messageOfExisting(error) {
  const { size, written } = (await error.answer?.json().catch(() => ({}))) ?? {};
  if (size === undefined) return "There is a file with this name already.";
  return `There is a file with this name already: ${exactSizeText(size)}, of ${new Date(written).toLocaleString()}.`;
}

/** Delete the parts of an unfinished upload, and forget it. */
export async function discard({ path, uploadId }) {
  await change("DELETE", "upload", { query: { path, upload_id: uploadId } });
  forgetUnfinished(path);
}
