// Clicks, keys, the wheel and drags on the picture, turned into commands.
import { follow } from "./track.js";
import { showKeys } from "./view.js";

export class Input {
  constructor(deck) {
    this.deck = deck;
    this.root = deck.root;
    this.root.addEventListener("click", (event) => this.clicked(event));
    this.root.addEventListener("keydown", (event) => this.pressed(event));
    this.root.addEventListener("wheel", (event) => this.wheeled(event), { passive: false });
    deck.part(".factor input").addEventListener("input", (event) => deck.setFactor(Number(event.target.value)));
    deck.part(".help").addEventListener("change", (event) => this.chooseKeys(event.target));
    deck.part("canvas.now").addEventListener("pointerdown", (event) => this.startPictureDrag(event));
  }

  focusPlayhead() {
    this.deck.part(".playhead").focus({ preventScroll: true });
  }

  clicked(event) {
    const button = event.target.closest("[data-command]");
    if (button === null || button.disabled) return;
    this.deck.run(button.dataset.command);
    // After a click the keys should move the playhead; who came by Tab stays on the button.
    if (event.detail > 0 && button.dataset.command !== "help") this.focusPlayhead();
  }

  pressed(event) {
    const { target } = event;
    if (target.closest("dialog, input")) return;
    const command = this.deck.keys.command(event);
    if (command === undefined || (target.closest("button") && [" ", "Enter"].includes(event.key))) return;
    event.preventDefault();
    event.stopPropagation();
    this.deck.run(command.id);
  }

  // Only with the focus: a page that is scrolled past the deck must not move it.
  wheeled(event) {
    const hasFocus = this.root.getRootNode().activeElement !== null;
    if (!hasFocus || event.ctrlKey || event.deltaY === 0 || event.target.closest("dialog")) return;
    event.preventDefault();
    this.deck.seek(this.deck.now + Math.sign(event.deltaY) * (event.shiftKey ? 10 : 1));
  }

  startPictureDrag(event) {
    if (event.button !== 0) return;
    const canvas = event.currentTarget;
    const { scale } = this.deck.track;
    const start = scale.share(this.deck.now);
    const move = (moved) => {
      const share = start + (moved.clientX - event.clientX) / canvas.clientWidth;
      this.deck.seek(scale.frameAt(Math.min(1, Math.max(0, share))));
    };
    follow(canvas, event, move, () => {});
    this.focusPlayhead();
  }

  chooseKeys({ name, value, checked }) {
    if (name === "on") this.deck.keys.turn(checked);
    else this.deck.keys.choose(value);
    showKeys(this.root, this.deck.keys);
    this.deck.part(`.help input[name="${name}"][value="${value}"]`).focus();
  }
}
