// The page on which people upload recordings.

import { show } from "../pages.js";
import "../run_form.js";
import { filesOfDrop, filesOfInput } from "./chosen_files.js";
import { FileRow } from "./file_row.js";
import { discard, FileUpload } from "./file_upload.js";
import { sizeText } from "./size_text.js";
import { allUnfinished } from "./unfinished_uploads.js";
import { UploadQueue } from "./upload_queue.js";

const NAMES_SHOWN = 5;
const byId = (id) => document.getElementById(id);
const chooser = byId("chooser");
const endings = new Set(chooser.dataset.endings.split(","));
const queue = new UploadQueue();
const rows = new Map();

const cancel = [
  "Cancel",
  (upload) => upload.cancel().then(showUnfinished, (error) => show(error.message, "error")),
];
const actions = {
  waiting: [cancel],
  sending: [cancel],
  offline: [cancel],
  paused: [cancel],
  exists: [["Overwrite", overwrite], cancel],
  failed: [["Try again", (upload) => queue.again(upload)], cancel],
};

function overwrite(upload) {
  upload.overwrite = true;
  queue.again(upload);
}

const isAudio = (path) => path.includes(".") && endings.has(path.slice(path.lastIndexOf(".") + 1).toLowerCase());

function add(files) {
  const folder = chooser.elements.folder.value.trim().replace(/^\/+|\/+$/g, "");
  const ignored = files.filter(({ path }) => !isAudio(path));
  for (const { path, file } of files.filter((entry) => isAudio(entry.path))) {
    const upload = new FileUpload(folder === "" ? path : `${folder}/${path}`, file, update);
    const earlier = queue.uploads.find(({ path: other }) => other === upload.path);
    if (earlier && !["done", "cancelled"].includes(earlier.state)) continue;
    const row = new FileRow(upload, actions);
    rows.set(upload, row);
    byId("rows").append(row.element);
    queue.add(upload);
  }
  byId("uploads").hidden = queue.uploads.length === 0;
  showIgnored(ignored.map(({ path }) => path));
  showUnfinished();
  showPrefix();
}

function update(upload) {
  rows.get(upload)?.show();
  if (upload.state === "done") showUnfinished();
  showTotal();
}

function showTotal() {
  const uploads = queue.uploads.filter(({ state }) => state !== "cancelled");
  const sum = (list, value) => list.reduce((total, upload) => total + value(upload), 0);
  const done = uploads.filter(({ state }) => state === "done").length;
  const sent = sizeText(sum(uploads, (upload) => upload.sent));
  const size = sizeText(sum(uploads, ({ file }) => file.size));
  byId("total").textContent = `${done} of ${uploads.length} files uploaded, ${sent} of ${size}`;
  byId("overwrite-all").hidden = uploads.filter(({ state }) => state === "exists").length < 2;
  const stopped = uploads.some(({ state }) => state === "paused" || state === "failed");
  byId("continue").hidden = !stopped;
  byId("pause").hidden = !queue.isActive;
}

function showIgnored(paths) {
  const names = paths.slice(0, NAMES_SHOWN).join(", ") + (paths.length > NAMES_SHOWN ? " …" : "");
  byId("ignored").hidden = paths.length === 0;
  byId("ignored").textContent = `Not uploaded, because their names do not end like audio: ${paths.length} (${names})`;
}

function showUnfinished() {
  const active = new Set(queue.uploads.filter(({ state }) => state !== "cancelled").map(({ path }) => path));
  const entries = allUnfinished().filter(({ path }) => !active.has(path));
  byId("unfinished").hidden = entries.length === 0;
  byId("unfinished").querySelector("ul").replaceChildren(...entries.map(unfinishedEntry));
}

function unfinishedEntry(upload) {
  const entry = document.createElement("li");
  const path = document.createElement("bdi");
  path.textContent = upload.path;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Discard";
  button.setAttribute("aria-label", `Discard ${upload.path}`);
  button.addEventListener("click", () => discard(upload).then(showUnfinished, (error) => show(error.message, "error")));
  entry.append(path, ` (${sizeText(upload.size)}) `, button);
  return entry;
}

/** Let "Transcribe now" propose the folder that holds all uploads of this page. */
function showPrefix() {
  const field = document.querySelector("#start-run input[name=prefix]");
  if (field === null || field.dataset.edited !== undefined) return;
  const folders = queue.uploads.map(({ path }) => path.slice(0, path.lastIndexOf("/") + 1));
  const isCommon = (folder) => folders.every((other) => other.startsWith(folder));
  let common = folders[0] ?? "";
  while (!isCommon(common)) {
    common = common.slice(0, common.slice(0, -1).lastIndexOf("/") + 1);
  }
  field.value = common;
  field.addEventListener("input", () => (field.dataset.edited = ""), { once: true });
}

for (const name of ["files", "folders"]) {
  const input = chooser.elements[name];
  input.addEventListener("change", () => {
    add(filesOfInput(input));
    input.value = ""; // so that the same file can be chosen again
  });
}
chooser.addEventListener("submit", (event) => event.preventDefault());
// A file that is dropped beside the form would replace the page.
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => event.preventDefault());
}
chooser.addEventListener("dragover", () => chooser.classList.add("over"));
chooser.addEventListener("dragleave", () => chooser.classList.remove("over"));
document.addEventListener("drop", async (event) => {
  chooser.classList.remove("over");
  try {
    add(await filesOfDrop(event.dataTransfer));
  } catch {
    show("The browser cannot read what was dropped.", "error");
  }
});
byId("pause").addEventListener("click", () => queue.pause());
byId("continue").addEventListener("click", () => queue.continue());
byId("overwrite-all").addEventListener("click", () => {
  for (const upload of queue.uploads.filter(({ state }) => state === "exists")) overwrite(upload);
});
window.addEventListener("beforeunload", (event) => {
  if (queue.isActive) event.preventDefault();
});
showUnfinished();
document.documentElement.dataset.ready = "";
