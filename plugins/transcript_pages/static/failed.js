// The reasons of failed files, and their way back to input/.
import { address, change, show } from "./pages.js";
import "./run_form.js";

for (const row of document.querySelectorAll("tr[data-key]")) {
  const { key, etag } = row.dataset;
  showReason(row.querySelector(".reason"), key);
  row.querySelector(".again")?.addEventListener("click", async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      const answer = await change("POST", "failed/try-again", { body: { key, etag } });
      const target = (await answer.json()).key;
      const words = document.createElement("span");
      words.className = "good";
      words.textContent = "sent back";
      button.replaceWith(words);
      show(`The file is at ${target} again. The next run takes it.`);
    } catch (error) {
      button.disabled = false;
      show(error.message, "error");
    }
  });
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
}
