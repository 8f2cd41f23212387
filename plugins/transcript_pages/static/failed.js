// The failed files: their reasons, their way back to input/, and their end.
import { address, change, show } from "./pages.js";
import "./run_form.js";

for (const row of document.querySelectorAll("tr[data-key]")) {
  const { key } = row.dataset;
  showReason(row.querySelector(".reason"), key);
  row.querySelector(".again")?.addEventListener("click", () =>
    act(row, "failed/try-again", "sent back", (answer) => `The file is at ${answer.key} again. The next run takes it.`),
  );
  row.querySelector(".delete")?.addEventListener("click", () => {
    if (confirm(`Delete ${key}?`)) act(row, "failed/delete", "deleted", () => `${key} is deleted.`);
  });
}

/** Send a request about the file of a row. If it succeeds, the words for it take the place of the buttons. */
async function act(row, path, done, message) {
  const { key, etag } = row.dataset;
  const buttons = row.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  try {
    const answer = await (await change("POST", path, { body: { key, etag } })).json();
    const words = document.createElement("span");
    words.className = "good";
    words.textContent = done;
    row.querySelector(".changes").replaceChildren(words);
    show(message(answer));
  } catch (error) {
    for (const button of buttons) button.disabled = false;
    show(error.message, "error");
  }
}

async function showReason(cell, key) {
  const answer = await fetch(address("failed-reason", { key }), { headers: { Accept: "application/json" } });
  const reason = await answer.json();
  if (!answer.ok) {
    cell.textContent = reason.error;
    return;
  }
  const words = document.createElement("strong");
  words.textContent = `${reason.words}. `;
  const message = document.createElement("div");
  message.className = "quiet";
  message.textContent = reason.code ? `${reason.message} (${reason.code})` : reason.message;
  cell.replaceChildren(words, reason.advice, message);
  if (reason.recording) cell.append(transcribedSince(reason.recording));
}

function transcribedSince(name) {
  const line = document.createElement("div");
  line.className = "good";
  const link = document.createElement("a");
  link.href = address("recording", { name });
  link.append(Object.assign(document.createElement("bdi"), { textContent: name }));
  line.append("Transcribed since: ", link);
  return line;
}
