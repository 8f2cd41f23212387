// The page of one recording: listen, read, correct. This file connects the parts.

import { show } from "../pages.js";
import { AlternativesMenu } from "./alternatives_menu.js";
import { Autosave } from "./autosave.js";
import { clock, moment } from "./clock.js";
import { chooseVersions } from "./conflict_view.js";
import { DraftStore } from "./draft_store.js";
import { Editor } from "./editor.js";
import { element } from "./elements.js";
import { fillHelp } from "./help_view.js";
import { commandOf } from "./keyboard.js";
import { Player } from "./player.js";
import { showProvenance } from "./provenance_view.js";
import { findWord } from "./searched_word.js";
import { Server } from "./server.js";
import { Transcript } from "./transcript.js";
import { idOf, offsetOf, TranscriptView } from "./transcript_view.js";
import { drawWaveform } from "./waveform.js";

const part = (id) => document.getElementById(id);
const page = part("recording");

const SAVING = {
  changed: "Changes are kept in this browser …",
  saving: "Saving …",
  saved: "All changes are saved.",
  conflict: "Somebody else changed the same text. Choose a version.",
  offline: "Not saved on the server yet. Your changes are kept in this browser, and are sent when the server answers.",
  "browser-full": "This browser has no room to keep your changes. Stay on this page until they are saved.",
};

function showSaving(state, error) {
  const line = part("saving");
  line.dataset.state = state;
  line.textContent = error?.answer ? `${SAVING[state]} ${error.message}` : SAVING[state];
}

function listen(player, view, seconds) {
  player.addEventListener("time", () => {
    part("clock").textContent = `${clock(player.time)} / ${clock(seconds)}`;
    part("play").textContent = player.isPlaying ? "Pause" : "Play";
    view.light(player.time);
  });
  player.addEventListener("failed", () => show("This browser cannot play the recording, or it is gone.", "error"));
}

function connect(editor, player, view) {
  addEventListener("keydown", (event) => {
    const command = commandOf(event);
    if (command !== undefined && editor.run(command)) event.preventDefault();
  });
  page.addEventListener("click", (event) => {
    const { command } = event.target.closest("[data-command]")?.dataset ?? {};
    if (command !== undefined) {
      if (idOf(event.target) !== undefined) view.focus(idOf(event.target));
      editor.run(command);
    } else if (event.target.classList.contains("word")) editor.clickWord(event.target);
  });
  page.addEventListener("dblclick", (event) => {
    if (event.target.classList.contains("word")) view.edit(idOf(event.target), offsetOf(event.target));
  });
  part("speed").addEventListener("change", (event) => editor.setSpeed(Number(event.target.value)));
}

function showDetails(data, server) {
  part("notice").hidden = !data.is_older;
  part("formats").replaceChildren(
    ...Object.entries(data.formats).map(([ending, name]) =>
      element("a", { className: "button", href: server.downloadAddress(ending), download: "" }, name),
    ),
  );
  showProvenance(part("provenance"), data.provenance);
  part("corrected").textContent = data.by ? `Last corrected by ${data.by}, ${moment(data.at)}.` : "";
  for (const changing of page.querySelectorAll("[data-changes]")) changing.hidden = !data.may_edit;
  part("saving").textContent = data.may_edit
    ? "A click on a word plays from there. A double click corrects the text."
    : "You may read and listen. To correct, you need the right to edit the DAG.";
}

async function drawPeaks(server, data, nonce) {
  const peaks = data.has_peaks ? await server.readPeaks() : null;
  if (peaks === null) return;
  const values = peaks.peaks.map((channel) => channel.map((value) => value / 255));
  drawWaveform({ container: part("waveform"), audio: part("audio"), peaks: values, seconds: peaks.seconds, nonce });
}

async function start() {
  const server = new Server(page.dataset.name);
  const data = await server.read();
  const transcript = new Transcript(data.segments);
  const list = part("segments");
  const view = new TranscriptView({ list, transcript, limit: data.low_confidence, mayEdit: data.may_edit });
  const player = new Player(part("audio"), () => server.readAudioAddress());
  const menu = new AlternativesMenu(part("alternatives"), (id, place, word) => {
    transcript.replaceWord(id, place, word);
    view.focus(id);
  });
  fillHelp(part("help"));
  const editor = new Editor({ transcript, view, player, menu, list, help: part("help"), speed: part("speed"), tell: show });
  list.addEventListener("focusin", (event) => {
    if (!event.target.classList.contains("segment")) return;
    editor.forgetUnsureWord();
  });
  showDetails(data, server);
  listen(player, view, data.seconds);
  connect(editor, player, view);
  if (data.may_edit) {
    const autosave = new Autosave({
      transcript,
      drafts: new DraftStore(data.user, page.dataset.name),
      server,
      version: data.etag,
      choose: (parts, theirs) => chooseVersions(part("conflict"), parts, theirs),
      show: showSaving,
    });
    await autosave.resume();
  }
  const searched = findWord(transcript.segments, new URLSearchParams(location.search).get("text") ?? "");
  if (searched) view.choose(searched.segment.id, searched.place);
  page.dataset.ready = "true";
  try {
    await player.load(searched ? searched.segment.words[searched.place].start : 0);
    await drawPeaks(server, data, page.dataset.nonce);
  } catch (error) {
    show(error.message, "error");
  }
}

start().catch((error) => show(error.message, "error"));
