// What a finger covers, shown above it while a marker is dragged.

export class Loupe {
  constructor(root) {
    this.root = root;
    this.box = root.querySelector(".loupe");
    this.canvas = this.box.querySelector("canvas");
  }

  get isShown() {
    return !this.box.hidden;
  }

  // Only for fingers; a mouse covers nothing.
  show(event, text) {
    this.box.hidden = event.pointerType !== "touch";
    if (this.box.hidden) return;
    const { left, top, width } = this.root.getBoundingClientRect();
    const half = this.box.offsetWidth / 2;
    this.box.style.left = `${Math.min(width - half, Math.max(half, event.clientX - left))}px`;
    this.box.style.top = `${event.clientY - top}px`;
    this.box.querySelector("span").textContent = text;
  }

  hide() {
    this.box.hidden = true;
  }
}
