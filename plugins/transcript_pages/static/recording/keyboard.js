// The keys of the page. The help shows this table, so both agree.

/** Each command: its keys outside of a text, its keys while a text is edited, and what it does. `Mod` is Ctrl or ⌘. */
export const KEYS = [
  { command: "play", outside: ["Space"], inside: ["Mod+Space"], help: "play or pause" },
  { command: "back", outside: ["ArrowLeft"], inside: ["Mod+KeyB"], help: "back three seconds" },
  { command: "forward", outside: ["ArrowRight"], inside: [], help: "forward three seconds" },
  { command: "seek", outside: ["KeyP"], inside: ["Mod+KeyP"], help: "play from this segment, or from the word at the cursor" },
  { command: "next-unsure", outside: ["KeyU"], inside: ["Mod+KeyU"], help: "next unsure word" },
  { command: "next", outside: ["ArrowDown", "KeyJ"], inside: ["Enter"], help: "next segment" },
  { command: "previous", outside: ["ArrowUp", "KeyK"], inside: ["Shift+Enter"], help: "previous segment" },
  { command: "edit", outside: ["Enter"], inside: [], help: "edit the text" },
  { command: "leave", outside: [], inside: ["Escape"], help: "stop editing" },
  { command: "check", outside: ["KeyC"], inside: ["Mod+Enter"], help: "mark as checked, and go to the next segment" },
  { command: "split", outside: [], inside: ["Mod+KeyS"], help: "split the segment at the cursor" },
  { command: "join", outside: ["KeyM"], inside: ["Mod+KeyM"], help: "join with the next segment" },
  { command: "alternatives", outside: ["KeyA"], inside: [], help: "show what else an unsure word may be" },
  { command: "undo", outside: ["Mod+KeyZ"], inside: ["Mod+KeyZ"], help: "undo" },
  { command: "redo", outside: ["Mod+Shift+KeyZ", "Mod+KeyY"], inside: ["Mod+Shift+KeyZ", "Mod+KeyY"], help: "redo" },
  { command: "slower", outside: ["Minus"], inside: [], help: "slower" },
  { command: "faster", outside: ["Equal"], inside: [], help: "faster" },
  { command: "help", outside: ["Shift+Slash", "KeyH"], inside: ["Mod+Slash"], help: "show the keys" },
];

const NAMES = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowDown: "↓",
  ArrowUp: "↑",
  Escape: "Esc",
  Mod: "Ctrl",
  Slash: "/",
  Minus: "−",
  Equal: "=",
};

/** A key of the table as people write it: `Ctrl + S`. */
export function keyName(key) {
  return key
    .split("+")
    .map((part) => NAMES[part] ?? part.replace(/^Key/u, ""))
    .join(" + ");
}

/** The command of a key press, or undefined. */
export function commandOf(event) {
  if (event.isComposing || event.altKey) return undefined;
  const isText = event.target.classList?.contains("text");
  if (!isText && event.target.closest?.("input, select, textarea, dialog, summary, audio")) return undefined;
  const isButton = event.target.closest?.("button, a");
  const modifier = event.ctrlKey || event.metaKey ? "Mod+" : "";
  const pressed = `${modifier}${event.shiftKey ? "Shift+" : ""}${event.code}`;
  // A button that has the focus is pressed by these keys.
  if (isButton && (pressed === "Space" || pressed === "Enter")) return undefined;
  return KEYS.find((entry) => entry[isText ? "inside" : "outside"].includes(pressed))?.command;
}
