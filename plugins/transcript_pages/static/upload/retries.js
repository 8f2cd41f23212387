// Requests that are sent again after errors that pass.

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;
/** Number of tries of a request to which a server answered with an error. Without an answer, tries never end. */
const TRIES = 6;

/** The HTTP status of an error; 0 if no server answered. */
export function statusOf(error) {
  return error.answer?.status ?? error.status ?? 0;
}

/**
 * Call `action` with the number of the try, until it succeeds or fails for good, and return its result.
 *
 * `onWait` is called with the error before each pause. A pause ends early when the network is back.
 */
export async function withRetries(action, { signal, onWait }) {
  for (let number = 1; ; number += 1) {
    try {
      return await action(number);
    } catch (error) {
      signal.throwIfAborted();
      const status = statusOf(error);
      const passes = status === 0 || ((status === 408 || status === 429 || status >= 500) && number < TRIES);
      if (!passes) throw error;
      onWait(error);
      await pause(Math.min(FIRST_PAUSE * 2 ** (number - 1), LONGEST_PAUSE), signal);
    }
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, milliseconds);
    window.addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}
