// Swaps onset and apex, slowly: fewer than two changes a second, far below what can harm.

const BLINK_MS = 600;

export class Blinker {
  // `swapped` is called at every change.
  constructor(swapped) {
    this.swapped = swapped;
    this.isSwapped = false;
    this.timer = 0;
  }

  turn(isOn) {
    if (!isOn) {
      clearInterval(this.timer);
      this.timer = 0;
      this.isSwapped = false;
    } else if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.isSwapped = true; // one press shows the onset, the next the apex again: nothing moves by itself
    } else if (this.timer === 0) {
      this.timer = setInterval(() => {
        this.isSwapped = !this.isSwapped;
        this.swapped();
      }, BLINK_MS);
    }
  }
}
