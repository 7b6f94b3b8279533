// Everything along the time axis: curve, lanes, markers, other movements, playhead; and dragging them.
import { drawCurve, drawLanes } from "./curve.js";
import { MARKS, UNSET, WHO } from "./marks.js";
import { Scale } from "./scale.js";

// Dragging slows down with the finger's distance from the track: [px away, share of the speed].
const FINE = [[110, 0.1], [50, 0.3], [0, 1]];
const FLIPS_AT = 0.68; // beyond it a marker's text stands on its left

export class Track {
  // `on` has seek(frame), drag(index, frame, event), drop(index), take(movement).
  constructor(root, clock, on) {
    this.root = root;
    this.clock = clock;
    this.on = on;
    this.scale = new Scale(clock);
    this.width = 0;
    this.box = root.querySelector(".track");
    this.playhead = root.querySelector(".playhead");
    this.marks = [...root.querySelectorAll(".mark")];
    this.box.addEventListener("pointerdown", (event) => this.startScrub(event));
    this.marks.forEach((mark, index) => mark.addEventListener("pointerdown", (event) => this.startDrag(event, index)));
    for (const slider of [this.playhead, ...this.marks]) {
      slider.setAttribute("aria-valuemin", "0");
      slider.setAttribute("aria-valuemax", String(clock.last));
    }
  }

  startScrub(event) {
    if (event.button !== 0 || event.target.closest(".mark, button")) return;
    const seek = (moved) => this.on.seek(this.scale.frameAt(this.shareOf(moved.clientX)));
    follow(this.box, event, seek, () => {});
    seek(event);
    this.playhead.focus({ preventScroll: true });
    event.preventDefault();
  }

  startDrag(event, index) {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    const mark = this.marks[index];
    mark.focus({ preventScroll: true });
    mark.classList.add("dragged");
    let share = this.scale.share(Number(mark.getAttribute("aria-valuenow")));
    let x = event.clientX;
    const y = event.clientY;
    const width = this.box.clientWidth;
    const move = (moved) => {
      const away = Math.abs(moved.clientY - y);
      share += ((moved.clientX - x) / width) * FINE.find(([from]) => away >= from)[1];
      x = moved.clientX;
      this.on.drag(index, this.scale.frameAt(share), moved);
    };
    follow(mark, event, move, () => {
      mark.classList.remove("dragged");
      this.on.drop(index);
    });
  }

  shareOf(clientX) {
    const { left, width } = this.box.getBoundingClientRect();
    return Math.min(1, Math.max(0, (clientX - left) / width));
  }

  // Redraws all but the playhead.
  draw({ marks, sources, curve, news, ink }) {
    this.width = this.box.clientWidth;
    if (curve !== null) {
      drawCurve(this.root.querySelector(".curve"), { curve, scale: this.scale, marks, ink });
      drawLanes(this.root.querySelector(".lanes"), { curve, scale: this.scale, ink });
    }
    this.drawMarks(marks, sources);
    this.drawOwn(news.own, marks);
    this.drawMovements(news.movements, marks);
    const ticks = this.scale.ticks(Math.max(2, Math.floor(this.width / 80)));
    this.root.querySelector(".axis").replaceChildren(...ticks.map(({ share, text }) => tickOf(share, text)));
  }

  drawMarks(marks, sources) {
    marks.forEach((frame, index) => {
      const mark = this.marks[index];
      const share = this.scale.share(frame);
      mark.style.left = `${100 * share}%`;
      const isUnset = sources[index] === UNSET;
      mark.hidden = isUnset || share < -0.001 || share > 1.001;
      mark.parentElement.classList.toggle("unset", isUnset);
      mark.classList.toggle("flipped", share > FLIPS_AT);
      mark.classList.toggle("own", sources[index] !== "proposed");
      mark.querySelector(".who").textContent = `${this.clock.short(frame)} ${WHO[sources[index]]}`;
      mark.setAttribute("aria-valuenow", String(frame));
      mark.setAttribute("aria-valuetext", this.spoken(index, frame, sources[index]));
    });
  }

  // Where a coder had committed the markers, beside where they stand now.
  drawOwn(own, marks) {
    this.marks.forEach((mark, index) => {
      const place = mark.parentElement.querySelector(".own-place");
      const frame = own?.[index] ?? null;
      const share = frame === null ? -1 : this.scale.share(frame);
      place.hidden = share < 0 || share > 1 || frame === marks[index];
      place.style.left = `${100 * share}%`;
      if (frame !== null) place.title = `Your ${MARKS[index]}: ${this.clock.text(frame)}`;
    });
  }

  spoken(index, frame, source) {
    const who = source === "proposed" ? "proposed" : source === "imported" ? "imported" : "set by you";
    return `${MARKS[index]} ${this.clock.text(frame, ", ")}, ${who}`;
  }

  // The other movements that were found; one that overlaps the interval is the same, marked otherwise.
  drawMovements(movements, marks) {
    const numbered = movements.map((frames, index) => ({ frames, index }));
    const others = numbered.filter(({ frames }) => frames[0] >= marks[2] || frames[2] <= marks[0]);
    this.root.querySelector(".movements").replaceChildren(...others.map(({ frames, index }) => this.movement(frames, index)));
  }

  movement([onset, apex, offset], index) {
    const [left, right] = [this.scale.share(onset), this.scale.share(offset)];
    const band = document.createElement("div");
    band.className = "movement";
    band.style.left = `${100 * left}%`;
    band.style.width = `${100 * (right - left)}%`;
    band.hidden = left > 1 || right < 0;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = String(index + 1);
    button.title = `Movement ${index + 1}: apex ${this.clock.text(apex)}. Click to take it.`;
    button.setAttribute("aria-label", `Take movement ${index + 1}, apex ${this.clock.text(apex, ", ")}`);
    button.addEventListener("click", () => this.on.take(index));
    band.appendChild(button);
    return band;
  }

  // Moves the playhead; true when the part that is shown had to move along.
  movePlayhead(frame) {
    const moved = this.scale.reach(frame);
    this.playhead.style.transform = `translateX(${this.scale.share(frame) * this.width}px)`;
    this.playhead.setAttribute("aria-valuenow", String(frame));
    this.playhead.setAttribute("aria-valuetext", this.clock.text(frame, ", "));
    return moved;
  }
}

// Calls `moved` for every move of a pointer until it is let go.
export function follow(element, event, moved, ended) {
  element.setPointerCapture(event.pointerId);
  const end = () => {
    element.removeEventListener("pointermove", moved);
    element.removeEventListener("pointerup", end);
    element.removeEventListener("pointercancel", end);
    ended();
  };
  element.addEventListener("pointermove", moved);
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
}

function tickOf(share, text) {
  const tick = document.createElement("span");
  tick.style.left = `${100 * share}%`;
  tick.textContent = text;
  return tick;
}
