// The clip's time as a bar: how far it has played, the moment that was named, and afterwards the true one.
import { Scale } from "../../deck/js/scale.js";

export class TimeBar {
  constructor(root, clock) {
    this.root = root;
    this.scale = new Scale(clock);
    this.clock = clock;
  }

  part(name) {
    return this.root.querySelector(`.${name}`);
  }

  playTo(frame) {
    this.part("played").style.transform = `translateX(${percent(this.scale.share(frame))})`; // costs no layout
  }

  // `ms` is the moment that was named, or null; `marks` are the true onset, apex and offset, or null.
  draw(ms, marks) {
    this.place("named", ms === null ? null : this.clock.nearest(ms));
    this.place("peak", marks === null ? null : marks[1]);
    const span = this.part("moved");
    span.hidden = marks === null;
    if (marks !== null) {
      const [from, , to] = marks.map((frame) => this.scale.share(frame));
      span.style.left = percent(from);
      span.style.width = percent(to - from);
    }
  }

  place(name, frame) {
    const mark = this.part(name);
    mark.toggleAttribute("hidden", frame === null); // an SVG has no property of this name
    if (frame !== null) mark.style.left = percent(this.scale.share(frame));
  }
}

function percent(share) {
  return `${(100 * share).toFixed(2)}%`;
}
