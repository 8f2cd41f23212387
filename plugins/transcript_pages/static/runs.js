// Show what corrections say about each model. The list of runs itself needs no request to S3; these figures need one.
import { address } from "./pages.js";

const section = document.getElementById("rates");
const answer = await fetch(address("correction-rates"), { headers: { Accept: "application/json" } }).catch(() => undefined);
const rates = answer?.ok ? await answer.json() : [];
for (const [month, model, words, rate] of rates) {
  const row = section.querySelector("tbody").insertRow();
  for (const [text, kind] of [[month, "when"], [model, "name"], [words, "number"], [rate, "number"]]) {
    const cell = row.insertCell();
    cell.className = kind;
    cell.textContent = text;
  }
}
section.hidden = rates.length === 0;
