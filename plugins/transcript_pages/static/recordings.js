// Select recordings, download the selected ones, and show the figures of those in view.
import { address } from "./pages.js";

const all = document.getElementById("all");
const button = document.getElementById("download-selected");
const form = document.getElementById("selection");
/** The state of the rows to show, where the server could not choose them: `edited`, `unedited`, or empty for all. */
const wanted = form?.dataset.state ?? "";

const boxes = () => [...document.querySelectorAll('input[name="name"]')];

function update() {
  const count = boxes().filter((box) => box.checked).length;
  all.checked = count > 0 && count === boxes().length;
  all.indeterminate = count > 0 && count < boxes().length;
  button.disabled = count === 0;
}

if (button) {
  all.addEventListener("change", () => {
    for (const box of boxes()) {
      box.checked = all.checked;
    }
    update();
  });
  form.addEventListener("change", update);
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
  const summary = answer?.ok ? await answer.json() : { state: "", length: "—", confidence: "—", unsure: "—" };
  if (wanted && summary.state && (summary.state !== "unchecked") !== (wanted === "edited")) {
    row.remove();
    update();
    return;
  }
  for (const field of ["state", "length", "confidence", "unsure"]) {
    const cell = row.querySelector(`.${field}`);
    const isKnown = summary[field] && summary[field] !== "—";
    if (isKnown) cell.textContent = summary[field];
    else if (cell.textContent === "…") cell.textContent = "—";
  }
}
