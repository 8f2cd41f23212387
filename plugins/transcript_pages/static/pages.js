// Helpers of all pages: requests that change something, and messages to the user.

const meta = (name) => document.querySelector(`meta[name="${name}"]`).content;

/** The address of a page or a request below /transcripts/, with the parameters of `query`. */
export function address(path, query = {}) {
  const parameters = new URLSearchParams(query).toString();
  return meta("pages-address") + path + (parameters ? `?${parameters}` : "");
}

/**
 * Send a request that changes something, with the token against forgery.
 *
 * Returns the answer of the server. Throws an Error with the server's message if the server refuses the request.
 */
export async function change(method, path, { query = {}, body, headers = {}, signal } = {}) {
  const answer = await fetch(address(path, query), {
    method,
    headers: {
      Accept: "application/json",
      "X-Forgery-Token": meta("forgery-token"),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
  });
  if (!answer.ok) {
    const error = new Error(await messageOf(answer));
    error.answer = answer;
    throw error;
  }
  return answer;
}

async function messageOf(answer) {
  const json = await answer.clone().json().catch(() => ({}));
  return json.error ?? `The server answered with the status ${answer.status}.`;
}

/** Show a message at the bottom of the page; screen readers read it aloud. */
export function show(text, kind = "note") {
  const message = document.getElementById("message");
  message.textContent = text;
  message.dataset.kind = kind;
  message.hidden = text === "";
}
