// The form that starts a run.
import { change, show } from "./pages.js";

const form = document.getElementById("start-run");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const wish = Object.fromEntries(new FormData(form));
    const run = await (await change("POST", "runs", { body: wish })).json();
    document.getElementById("started-page").href = run.page;
    document.getElementById("started-airflow").href = run.airflow;
    document.getElementById("started").hidden = false;
    show("The run has started.");
  } catch (error) {
    show(error.message, "error");
  } finally {
    button.disabled = false;
  }
});
