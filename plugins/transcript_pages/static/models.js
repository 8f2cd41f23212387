// The choice of the model in use.
import { change, show } from "./pages.js";

const { seen } = document.getElementById("models").dataset;

for (const button of document.querySelectorAll("button.use")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const reason = document.getElementById("reason").value;
      await change("POST", "models/use", { body: { model: button.dataset.model, seen, reason } });
      location.reload();
    } catch (error) {
      button.disabled = false;
      show(error.message, "error");
    }
  });
}
