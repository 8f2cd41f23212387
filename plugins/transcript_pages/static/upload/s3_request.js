// The request that sends bytes to S3. XMLHttpRequest reports progress; fetch does not.

/**
 * Send a Blob to a presigned address.
 *
 * `onProgress` gets the number of bytes that were sent. Throws an Error with `status`: the HTTP status of S3's answer,
 * 0 without an answer, or 400 if the browser cannot read the Blob any more. If `signal` is aborted, the error has the name `AbortError`.
 */
export function sendToS3(address, blob, { headers = {}, signal, onProgress }) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const fail = (message, status) => reject(Object.assign(new Error(message), { status }));
    request.open("PUT", address);
    for (const [name, value] of Object.entries(headers)) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded));
    request.addEventListener("load", () => {
      if (request.status === 200) resolve();
      else fail(`S3 answered with the status ${request.status}.`, request.status);
    });
    request.addEventListener("error", async () => {
      const isReadable = await blob.slice(0, 1).arrayBuffer().then(() => true, () => false);
      if (isReadable) fail("S3 does not answer.", 0);
      else fail("The browser cannot read the file any more. Choose it again.", 400);
    });
    request.addEventListener("abort", () => reject(signal.reason));
    request.addEventListener("loadend", () => signal.removeEventListener("abort", stop));
    signal.addEventListener("abort", stop);
    request.send(blob);
  });
}
