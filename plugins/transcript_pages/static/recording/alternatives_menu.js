// What else an unsure word may be: a menu below the word. One click, or one key, takes an alternative.

import { element } from "./elements.js";

export class AlternativesMenu {
  /**
   * @param menu the element of the menu.
   * @param choose takes an alternative: `choose(id, place, word)`.
   */
  constructor(menu, choose) {
    this.menu = menu;
    this.choose = choose;
    addEventListener("pointerdown", (event) => {
      if (!menu.contains(event.target)) this.close();
    });
    menu.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Show the alternatives of a word below its element. Without alternatives, nothing opens. */
  open(wordElement, { id, place, word }, takeFocus) {
    this.close();
    if (word.alternatives.length === 0) return;
    const buttons = word.alternatives.map((text) => {
      const button = element("button", { type: "button", dir: "auto" }, text);
      button.addEventListener("click", () => {
        this.close();
        this.choose(id, place, text);
      });
      return button;
    });
    this.menu.replaceChildren(...buttons);
    this.menu.hidden = false;
    const { left, bottom } = wordElement.getBoundingClientRect();
    this.menu.style.top = `${bottom + scrollY}px`;
    this.menu.style.left = `${Math.max(0, Math.min(left, innerWidth - this.menu.offsetWidth - 8)) + scrollX}px`;
    this.opener = wordElement.closest(".segment");
    if (takeFocus) buttons[0].focus();
  }

  close() {
    this.menu.hidden = true;
  }

  #key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      this.close();
      this.opener.focus();
    } else if (step !== undefined) {
      const buttons = [...this.menu.children];
      const next = buttons.indexOf(document.activeElement) + step;
      buttons[(next + buttons.length) % buttons.length].focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
