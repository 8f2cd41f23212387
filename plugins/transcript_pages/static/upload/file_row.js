// The row of a file in the table of uploads.

import { sizeText } from "./size_text.js";

const WORDS = {
  waiting: "waiting",
  sending: "uploading",
  offline: "waiting for the network",
  paused: "paused",
  exists: "not uploaded",
  failed: "not uploaded",
  done: "uploaded",
  cancelled: "cancelled",
};
const KINDS = { exists: "warn", failed: "bad", done: "good" };

export class FileRow {
  /** @param actions for each state, a list of the text and the handler of its buttons. */
  constructor(upload, actions) {
    this.upload = upload;
    this.actions = actions;
    this.element = document.createElement("tr");
    this.element.dataset.path = upload.path;
    const name = cell("name");
    const path = document.createElement("bdi");
    path.textContent = upload.path;
    name.append(path);
    const size = cell("number");
    size.textContent = sizeText(upload.file.size);
    this.stateCell = cell();
    this.buttonCell = cell();
    this.progress = document.createElement("progress");
    this.progress.setAttribute("aria-label", `Progress of ${upload.path}`);
    this.progress.max = upload.file.size;
    this.words = document.createElement("span");
    this.stateCell.append(this.progress, " ", this.words);
    this.element.append(name, size, this.stateCell, this.buttonCell);
    this.show();
  }

  show() {
    const { state, message, sent } = this.upload;
    this.progress.value = sent;
    this.progress.hidden = !["sending", "offline", "paused"].includes(state);
    const text = message ? `${WORDS[state]}: ${message}` : WORDS[state];
    if (this.shownText === text) return;
    this.shownText = text;
    this.element.dataset.state = state;
    this.words.textContent = text;
    this.words.className = KINDS[state] ?? "";
    this.buttonCell.replaceChildren(
      ...(this.actions[state] ?? []).flatMap(([label, handle]) => [button(label, this.upload, handle), " "]),
    );
  }
}

function cell(kind = "") {
  const element = document.createElement("td");
  element.className = kind;
  return element;
}

function button(label, upload, handle) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = label;
  const name = document.createElement("span");
  name.className = "unseen";
  name.textContent = `: ${upload.path}`;
  element.append(name);
  element.addEventListener("click", () => handle(upload));
  return element;
}
