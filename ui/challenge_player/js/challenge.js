// The challenge: a clip that plays at its own speed, an answer, and then the truth, slowly and amplified.
import { Clock } from "../../deck/js/clock.js";
import { drawFace, fitCanvas } from "../../deck/js/face.js";
import { Frames } from "../../deck/js/frames.js";
import { leaveMeetingPlace, meetingPlace } from "../../deck/js/meeting.js";
import { Outbox } from "../../deck/js/outbox.js";
import { readField, readFrames } from "../../deck/js/payload.js";
import { Player } from "../../deck/js/player.js";
import { Warp } from "../../deck/js/warp.js";
import { Regions, toggled } from "./regions.js";
import { TimeBar } from "./timebar.js";

const SLOW = 0.25;
const ROOM_FRAMES = 8; // shown slowly before the onset and after the offset
const FINER = 2; // the amplified picture is drawn at this many times its size before it is shown from near
const NEAR = 0.6; // side of what the truth is shown on, as a share of the picture
const SETTLED_MS = 400; // by then the page has taken away the button that was pressed
const TWICE_MS = 300; // a double click on Play is no answer; nothing moves as early as this
const LATE_MS = 700; // who presses just after the end meant the clip, not to play it again
const TEMPLATE = `
<section class="deck challenge" role="group" aria-label="Can you see it? The clip">
  <div class="pictures">
    <figure><figcaption class="seen-text"></figcaption>
      <div class="picture"><canvas class="seen" role="img" aria-label="A woman's face, smiling at the camera"></canvas>
        <svg class="areas" viewBox="0 0 1 1" preserveAspectRatio="none"></svg></div></figure>
    <figure class="second" hidden><figcaption class="amplified-text"></figcaption>
      <canvas class="amplified" role="img" aria-label="The same face, its movement amplified"></canvas></figure>
  </div>
  <div class="bar" role="img">
    <div class="moved" hidden></div><div class="played"></div><div class="named" hidden></div>
    <svg class="peak shape" viewBox="0 0 16 16" hidden><path d="M8 2l6 12H2z"/></svg>
  </div>
  <div class="below"><button type="button" class="main" disabled></button><p class="hint" role="status"></p></div>
</section>`;

class Challenge {
  constructor(parent, clip) {
    this.key = clip.key;
    this.truth = clip.truth;
    this.clock = new Clock(clip.timesMs, clip.numFrames);
    this.root = document.createElement("div");
    this.root.innerHTML = TEMPLATE;
    parent.appendChild(this.root);
    this.section = this.part(".challenge");
    this.clip = clip;
    this.view = { left: 0, top: 0, side: 1 };
    this.whole = document.createElement("canvas").getContext("2d", { alpha: false });
    [this.whole.canvas.width, this.whole.canvas.height] = clip.size.map((px) => FINER * px);
    this.seen = this.part(".seen").getContext("2d", { alpha: false });
    this.amplified = this.part(".amplified").getContext("2d", { alpha: false });
    this.field = readField(clip.truth.warp);
    this.warp = null;
    this.canWarp = true;
    this.answer = { part: null, side: null, ms: null };
    this.plays = 0;
    this.isRevealed = false;
    this.isReady = false;
    this.marked = null;
    this.now = 0;
    this.news = null;
    this.outbox = new Outbox();
    this.frames = new Frames(clip.files, clip.frames, clip.size, () => this.decoded());
    this.player = new Player(this.clock, (frame) => this.show(frame), () => this.ended());
    this.bar = new TimeBar(this.part(".bar"), this.clock);
    this.regions = new Regions(this.part(".areas"), clip.regions, (region) => this.choose(region));
    this.endedAt = -Infinity;
    this.part(".main").addEventListener("pointerdown", () => this.mark()); // a click comes later, at release
    this.part(".main").addEventListener("click", () => this.press());
    this.section.addEventListener("keydown", (event) => this.pressed(event));
    // Or else some browsers take a released Space for a click on the button that has the focus.
    this.section.addEventListener("keyup", (event) => event.key === " " && event.preventDefault());
    this.resizing = new ResizeObserver(() => this.redraw());
    this.resizing.observe(this.section);
    this.outbox.open(clip.key, this.root);
    this.place = meetingPlace(clip.key);
    this.place.deck = this; // the link knows its other end by this name
    this.frames.lookAround(0);
    this.receive();
    this.refresh();
  }

  part(selector) {
    return this.root.querySelector(selector);
  }

  // --- what Python says

  receive() {
    this.outbox.send = this.place.send;
    const { news } = this.place;
    if (news === null || news === this.news) {
      this.outbox.flush();
      return;
    }
    const isFirst = this.news === null;
    this.news = news;
    this.outbox.answered(news.sequence);
    if (!this.outbox.isSettled) return; // a newer answer is on its way
    this.answer = { part: news.part, side: news.side, ms: news.ms };
    this.plays = Math.max(this.plays, news.plays);
    if (news.isRevealed && !this.isRevealed) this.reveal(!isFirst);
    this.refresh();
  }

  // --- what the person does

  pressed(event) {
    const isArea = event.target.closest("polygon") !== null;
    if (event.key !== " " && !(event.key === "Enter" && isArea)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat) return;
    if (isArea && !this.player.isPlaying) event.target.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    else if (this.isReady) this.press();
  }

  press() {
    if (this.player.isPlaying && this.isRevealed) {
      this.player.stop();
      this.ended();
    } else if (this.player.isPlaying) this.mark();
    else if (this.isRevealed) this.playSlowly();
    else if (performance.now() - this.endedAt > LATE_MS) this.playOnce();
    this.refresh();
  }

  playOnce() {
    this.plays += 1;
    this.marked = null;
    this.drawn = new Set();
    this.player.speed = 1;
    this.player.play(0, () => [0, this.clock.last]);
  }

  playSlowly() {
    const [onset, , offset] = this.truth.marks;
    const range = [this.clock.clamp(onset - ROOM_FRAMES), this.clock.clamp(offset + ROOM_FRAMES)];
    this.player.speed = SLOW;
    this.player.play(range[0], () => range);
  }

  // The first press counts: the movement comes once.
  mark() {
    const ms = this.clock.ms(this.now);
    if (!this.player.isPlaying || this.isRevealed || ms < TWICE_MS) return;
    this.marked ??= ms;
    this.refresh();
  }

  // Told to Python now and not before: an answer of the page while it plays could cost frames.
  ended() {
    if (this.isRevealed) this.show(this.truth.marks[1]);
    else {
      this.endedAt = performance.now();
      this.skipped = this.clock.last + 1 - this.drawn.size;
      this.section.dataset.skipped = String(this.skipped);
      if (this.marked !== null) this.answer.ms = this.marked;
      this.outbox.push({ do: "play", ms: this.marked });
    }
    this.refresh();
  }

  choose(region) {
    if (!this.canChoose) return;
    this.answer = toggled(this.answer, region);
    this.outbox.push({ do: "place", part: this.answer.part, side: this.answer.side });
    this.refresh();
  }

  get canChoose() {
    return this.plays > 0 && !this.player.isPlaying && !this.isRevealed;
  }

  // Plays by itself only for who has just asked for the truth and takes no offence at motion.
  reveal(isAskedNow) {
    this.isRevealed = true;
    this.player.stop();
    this.view = this.regions.viewOf(this.truth, NEAR);
    this.part(".second").hidden = false;
    this.section.classList.add("revealed");
    this.redraw();
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (isAskedNow) setTimeout(() => this.takeFocus(), SETTLED_MS);
    if (isAskedNow && !isStill) this.playSlowly();
    else this.show(this.truth.marks[1]);
  }

  // --- what is shown

  decoded() {
    if (this.frames.decoded.size > this.clock.last && !this.isReady) {
      this.isReady = true;
      this.show(this.now);
      this.refresh();
      if (!this.isRevealed) this.takeFocus();
    }
  }

  // Who has just asked for something goes on by key, unless something else has the focus by now.
  takeFocus() {
    if ([null, document.body].includes(document.activeElement)) this.part(".main").focus();
  }

  show(frame) {
    this.now = frame;
    const bitmap = this.frames.picture(frame);
    if (bitmap === null) return;
    if (this.player.isPlaying) this.drawn?.add(frame);
    drawFace(this.seen, bitmap, this.cropTo(this.view));
    if (this.isRevealed) this.drawAmplified(frame);
    this.bar.playTo(frame);
    this.section.dataset.frame = String(frame);
  }

  // The onset, moved on by the true motion as far as it had come in this frame, `factor` times over.
  drawAmplified(frame) {
    const [onset] = this.truth.marks;
    const before = this.frames.picture(onset);
    if (before === null) return;
    drawFace(this.whole, before, this.cropTo({ left: 0, top: 0, side: 1 }));
    const warp = this.warper();
    if (warp === null) return;
    const moved = warp.draw(this.whole.canvas, this.truth.factor * this.truth.strengths[frame]);
    const [left, top, side] = [this.view.left, this.view.top, this.view.side].map((share) => share * moved.width);
    const { canvas } = this.amplified;
    this.amplified.drawImage(moved, left, top, side, side, 0, 0, canvas.width, canvas.height);
  }

  // The similarity from a picture to the unit square, see drawFace.
  cropTo({ left, top, side }) {
    const [width, height] = this.clip.size.map((px) => px * side);
    return [1 / width, 0, 0, 1 / height, -left / side, -top / side];
  }

  // Null where the browser has no WebGL.
  warper() {
    if (this.warp === null && this.canWarp) {
      try {
        this.warp = new Warp();
        this.warp.setField(this.field);
      } catch {
        this.canWarp = false; // said above the picture
      }
    }
    return this.warp;
  }

  redraw() {
    for (const context of [this.seen, this.amplified]) fitCanvas(context.canvas);
    if (this.isReady) this.show(this.now);
  }

  refresh() {
    const { part, side, ms } = this.answer;
    const { isRevealed, truth } = this;
    const named = this.player.isPlaying ? this.marked : ms;
    this.section.dataset.phase = this.phase;
    this.part(".main").textContent = this.buttonText();
    this.part(".main").disabled = !this.isReady;
    this.part(".hint").textContent = this.hint();
    this.part(".seen-text").textContent = isRevealed ? "As it was, ¼ speed" : "";
    this.part(".amplified-text").textContent = this.canWarp
      ? `${truth.factor}× amplified: computed, not recorded`
      : "This browser has no WebGL to amplify with";
    this.regions.draw({ part, side }, isRevealed ? truth : null, this.canChoose, this.view);
    this.bar.draw(named, isRevealed ? truth.marks : null);
    this.part(".bar").setAttribute("aria-label", this.barText(named));
  }

  get phase() {
    if (!this.isReady) return "loading";
    if (this.player.isPlaying) return "playing";
    if (this.isRevealed) return "truth";
    return this.plays > 0 ? "answering" : "ready";
  }

  buttonText() {
    const texts = { loading: "Getting ready", ready: "Play it once", answering: "Play it again", truth: "Play it slowly" };
    if (this.phase !== "playing") return texts[this.phase];
    if (this.isRevealed) return "Stop";
    return this.marked === null ? "There!" : "Marked";
  }

  hint() {
    if (this.isRevealed) return "On the bar: shaded while it moved, triangle its peak, thick line your moment.";
    if (this.player.isPlaying) return "Press Space, or the button, when you see it.";
    if (this.plays === 0) return `${this.seconds} seconds, at real speed. Press Space or the button when something moves.`;
    const skipped = this.skipped > 0 ? ` Your browser skipped ${this.skipped} of its ${this.clock.last + 1} frames.` : "";
    return `Played ${this.plays === 1 ? "once" : `${this.plays} times`}. Now click the face where it moved.${skipped}`;
  }

  get seconds() {
    return ((this.clock.ms(this.clock.last) + this.clock.interval()) / 1000).toFixed(1);
  }

  barText(named) {
    const said = named === null ? "no moment named" : `you named ${Math.round(named)} ms`;
    const [onset, apex, offset] = this.truth.marks.map((frame) => Math.round(this.clock.ms(frame)));
    const truth = this.isRevealed ? `; it moved from ${onset} to ${offset} ms, peak at ${apex} ms` : "";
    return `Time, 0 to ${Math.round(this.clock.ms(this.clock.last))} ms: ${said}${truth}`;
  }

  close() {
    this.player.stop();
    this.resizing.disconnect();
    this.outbox.close();
    this.warp?.close();
    this.frames.close();
    leaveMeetingPlace(this.key);
    this.root.remove();
  }
}

const challenges = new WeakMap();

// Called by Streamlit at every run of the page: a challenge that is shown already stays as it is.
export default function mount({ data, parentElement }) {
  const open = challenges.get(parentElement);
  const clip = readFrames(data);
  if (open?.key !== clip.key) {
    open?.close();
    challenges.set(parentElement, new Challenge(parentElement, clip));
  }
  return () => {
    challenges.get(parentElement)?.close();
    challenges.delete(parentElement);
  };
}
