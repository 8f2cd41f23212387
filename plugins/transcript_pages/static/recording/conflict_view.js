// Two people changed the same part: both versions side by side, and a choice for each part.

import { clock, moment } from "./clock.js";
import { element } from "./elements.js";

/**
 * Let the user choose between two versions of some parts.
 *
 * @param dialog the dialog, which stays open until every part is decided.
 * @param parts the parts of `merge`.
 * @param theirs who (`by`) saved the other version, and when (`at`).
 * @returns a promise of the parts, all of which have `segments`.
 */
export function chooseVersions(dialog, parts, { by, at }) {
  const list = dialog.querySelector(".choices");
  const open = parts.filter((part) => part.segments === undefined);
  list.replaceChildren(...open.map((part, number) => choice(part, number, by)));
  dialog.querySelector(".who").textContent = `${by || "Somebody"} saved another version at ${moment(at)}.`;
  dialog.addEventListener("cancel", keepOpen);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.querySelector("form").onsubmit = (event) => {
      event.preventDefault();
      dialog.removeEventListener("cancel", keepOpen);
      dialog.close();
      const chosen = new FormData(event.target);
      resolve(
        parts.map((part) => {
          const number = open.indexOf(part);
          return number < 0 ? part : { segments: part[chosen.get(`part-${number}`)] };
        }),
      );
    };
  });
}

function keepOpen(event) {
  event.preventDefault();
}

function choice(part, number, by) {
  const start = (part.theirs[0] ?? part.mine[0]).start;
  return element(
    "fieldset",
    {},
    element("legend", {}, clock(start)),
    version(`part-${number}`, "theirs", by || "the other version", part.theirs),
    version(`part-${number}`, "mine", "yours", part.mine),
  );
}

function version(name, value, title, segments) {
  const input = element("input", { type: "radio", name, value, required: true });
  const texts = segments.map((segment) => element("p", { dir: "auto" }, segment.text || "(no text)"));
  return element("label", { className: "version" }, element("span", {}, input, ` ${title}`), ...texts);
}
