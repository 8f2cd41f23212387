// Select recordings, download the selected ones, and show the figures of those in view.
import { address } from "./pages.js";

const all = document.getElementById("all");
const boxes = [...document.querySelectorAll('input[name="name"]')];
const button = document.getElementById("download-selected");

function update() {
  const count = boxes.filter((box) => box.checked).length;
  all.checked = count > 0 && count === boxes.length;
  all.indeterminate = count > 0 && count < boxes.length;
  button.disabled = count === 0;
}

if (all) {
  all.addEventListener("change", () => {
    for (const box of boxes) {
      box.checked = all.checked;
    }
    update();
  });
  document.getElementById("selection").addEventListener("change", update);
  update();
}

const view = new IntersectionObserver((rows) => {
  for (const { isIntersecting, target } of rows) {
    if (!isIntersecting) continue;
    view.unobserve(target);
    showSummary(target);
  }
});
for (const row of document.querySelectorAll("tr[data-name]")) view.observe(row);

async function showSummary(row) {
  const place = address("recording-summary", { name: row.dataset.name });
  const answer = await fetch(place, { headers: { Accept: "application/json" } }).catch(() => undefined);
  const summary = answer?.ok ? await answer.json() : { length: "—", confidence: "—", unsure: "—" };
  for (const field of ["state", "length", "confidence", "unsure"]) {
    if (summary[field]) row.querySelector(`.${field}`).textContent = summary[field];
  }
}
