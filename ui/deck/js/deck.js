// The deck: keeps what is shown in step with what is chosen, here and in Python.
import { Blinker } from "./blinker.js";
import { Captions } from "./captions.js";
import { Clock } from "./clock.js";
import { ACTS } from "./commands.js";
import { Frames } from "./frames.js";
import { Input } from "./input.js";
import { Keys } from "./keys.js";
import { Loupe } from "./loupe.js";
import { MARKS, UNSET, movedMark } from "./marks.js";
import { leaveMeetingPlace, meetingPlace } from "./meeting.js";
import { Outbox } from "./outbox.js";
import { readFrames, readLevels } from "./payload.js";
import { Player } from "./player.js";
import { Stage } from "./stage.js";
import { Track } from "./track.js";
import { buildView, nameButton, showKeys, textElement } from "./view.js";

const SPEEDS = [[0.25, "¼×"], [0.5, "½×"], [1, "1×"]];
const NARROW_PX = 560;
const SECOND_MS = 1000;
const FOUND_LOOKS = ["amplify", "arrows"]; // made of what the machine found

class Deck {
  constructor(parent, clip) {
    this.key = clip.key;
    this.clip = clip;
    this.clock = new Clock(clip.timesMs, clip.numFrames);
    this.root = buildView();
    parent.appendChild(this.root);
    this.root.classList.toggle("of-pair", clip.pair !== null);
    this.frames = new Frames(clip.files, clip.frames, clip.size, () => this.decoded());
    this.stage = new Stage(this.root, this.frames);
    this.player = new Player(this.clock, (frame) => this.show(frame), () => this.refresh());
    this.keys = new Keys();
    this.loupe = new Loupe(this.root);
    this.captions = new Captions(this.root, clip, this.clock);
    this.blinker = new Blinker(() => this.requestDraw());
    this.outbox = new Outbox();
    this.look = { blink: false, amplify: false, mirror: false, arrows: true, factor: 8, zoom: this.isNarrow };
    this.now = 0;
    this.chosen = null; // marks and sources as this page has them
    this.news = null; // what Python said last
    this.curve = null;
    this.requested = 0;
    this.track = new Track(this.root, this.clock, {
      seek: (frame) => this.seek(frame),
      drag: (index, frame, event) => this.dragMark(index, frame, event),
      drop: (index) => this.dropMark(index),
      take: (movement) => this.act({ do: "take", movement }),
    });
    new Input(this);
    this.resizing = new ResizeObserver(() => this.redraw());
    this.resizing.observe(this.root);
    this.outbox.open(clip.key, this.root);
    this.place = meetingPlace(clip.key);
    this.place.deck = this;
    this.restyle();
    this.receive();
  }

  get isNarrow() {
    return this.root.clientWidth < NARROW_PX;
  }

  part(selector) {
    return this.root.querySelector(selector);
  }

  // --- what Python says

  receive() {
    this.outbox.send = this.place.send;
    const news = this.place.news;
    if (news === null || news === this.news) {
      this.outbox.flush();
      return;
    }
    const isFirst = this.chosen === null;
    this.news = news;
    this.outbox.answered(news.sequence);
    if (!this.outbox.isSettled) return; // newer changes are on their way: their answer is worth drawing
    const before = this.chosen?.marks ?? [];
    this.chosen = { marks: news.marks, sources: news.sources };
    this.takeFound(news.found);
    const isRevealed = this.root.classList.contains("blind") && !news.isBlind;
    this.root.classList.toggle("blind", news.isBlind);
    if (isFirst) this.now = news.isBlind && !this.isSet(1) ? 0 : news.marks[1];
    else if (isRevealed) this.reveal(news.marks[1]);
    else if (!this.isOwnChange) this.followTwin(before);
    this.isOwnChange = false;
    if (isFirst && this.look.zoom) this.track.scale.showMovement(news.marks);
    this.redraw();
  }

  // What a blind coder asked to see begins at the top of the page; the button was far below.
  reveal(apex) {
    this.show(apex);
    // The deck itself may stick to the screen, and is then in view wherever the page stands.
    const host = this.root.getRootNode().host ?? this.root;
    (host.closest(".st-key-main") ?? host).scrollIntoView({ block: "start" });
  }

  // Whether anybody, or the machine, has said where a marker belongs.
  isSet(index) {
    return this.chosen.sources[index] !== UNSET;
  }

  takeFound(found) {
    this.found = found;
    if (found === null) {
      // No face at a marker: the curve that was known stays, what was found between other markers does not.
      this.stage.setField(null);
      this.part(".said").replaceChildren();
      return;
    }
    const { curve } = found;
    this.curve = { ...curve, level: readLevels(curve.level), lanes: curve.lanes.map(readLevels) };
    this.stage.setField(found.warp);
    this.part(".said").replaceChildren(...found.said.map((sentence) => textElement("p", sentence)));
    this.part(".lane-names").replaceChildren(...curve.laneLabels.map((label) => textElement("span", label)));
  }

  // A marker that was moved elsewhere on the page is shown here.
  followTwin(before) {
    const index = this.chosen.marks.findIndex((frame, place) => frame !== before[place]);
    if (index >= 0 && !this.player.isPlaying) this.now = this.chosen.marks[index];
  }

  // --- what the person does

  act(action) {
    this.isOwnChange = true;
    this.outbox.push(action);
  }

  setMark(index, frame, isNudge = false) {
    if (this.clip.pair || this.chosen === null) return;
    this.chosen = movedMark(this.chosen, index, frame, this.clock.last);
    this.act({ do: "move", marker: MARKS[index], frame: this.chosen.marks[index], isNudge });
    this.announce(this.track.spoken(index, this.chosen.marks[index], "user"));
    this.redraw();
  }

  dragMark(index, frame, event) {
    this.player.stop();
    this.dragStart ??= this.chosen;
    this.chosen = movedMark(this.dragStart, index, frame, this.clock.last);
    this.loupe.show(event, this.clock.text(this.chosen.marks[index]));
    if (this.loupe.isShown) this.stage.drawOn(this.loupe.canvas, this.chosen.marks[index], this.news.crop);
    this.show(this.chosen.marks[index]);
    this.track.drawMarks(this.chosen.marks, this.chosen.sources);
  }

  dropMark(index) {
    this.loupe.hide();
    if (this.dragStart === undefined) return;
    const before = this.dragStart;
    const frame = this.chosen.marks[index];
    this.dragStart = undefined;
    this.chosen = before;
    if (frame === before.marks[index]) this.redraw();
    else this.setMark(index, frame);
  }

  seek(frame) {
    const wasShowing = this.player.isPlaying || this.look.blink || this.look.amplify;
    this.player.stop();
    this.look.blink = this.look.amplify = false;
    this.show(this.clock.clamp(frame));
    if (wasShowing) this.refresh();
  }

  step(frames) {
    const index = this.track.marks.indexOf(this.root.getRootNode().activeElement);
    if (index < 0) this.seek(this.now + frames);
    else {
      this.setMark(index, this.clock.clamp(this.chosen.marks[index] + frames), true);
      this.show(this.chosen.marks[index]);
    }
  }

  stepSecond(sign) {
    this.seek(this.clock.nearest(this.clock.ms(this.now) + sign * SECOND_MS));
  }

  togglePlay() {
    if (this.player.isPlaying) this.player.stop();
    else {
      this.look.blink = this.look.amplify = false;
      const [onset, , offset] = this.chosen.marks;
      this.player.play(this.now, () => (this.player.loop ? [onset, offset] : [0, this.clock.last]));
    }
    this.refresh();
  }

  nextSpeed() {
    const index = SPEEDS.findIndex(([speed]) => speed === this.player.speed);
    this.player.speed = SPEEDS[(index + 1) % SPEEDS.length][0];
    this.refresh();
  }

  toggleLoop() {
    this.player.loop = !this.player.loop;
    this.refresh();
  }

  canLook(name) {
    if (this.news.isBlind && FOUND_LOOKS.includes(name)) return false;
    return name !== "blink" || (this.isSet(0) && this.isSet(1));
  }

  toggleLook(name) {
    if (!this.canLook(name)) return;
    this.look[name] = !this.look[name];
    if (this.look[name]) {
      this.player.stop();
      if (name === "mirror") this.look.amplify = this.look.blink = false;
      else if (name !== "zoom") this.look.mirror = false;
      if (name !== "zoom" && name !== "mirror") this.now = this.chosen.marks[1];
    }
    if (name === "zoom") this.look.zoom ? this.track.scale.showMovement(this.chosen.marks) : this.track.scale.showAll();
    this.redraw();
  }

  setFactor(factor) {
    this.look.factor = factor;
    this.redraw();
  }

  run(id) {
    if (this.chosen === null) return;
    if (ACTS[id]) ACTS[id](this);
    else this.toggleLook(id);
  }

  announce(text) {
    this.part(".live").textContent = text;
  }

  // --- what is shown

  show(frame) {
    this.now = frame;
    this.frames.lookAround(frame);
    this.requestDraw();
  }

  decoded() {
    this.root.dataset.decoded = String(this.frames.decoded.size);
    if (this.isIncomplete) this.requestDraw();
  }

  requestDraw() {
    this.requested ||= requestAnimationFrame(() => {
      this.requested = 0;
      this.drawNow();
    });
  }

  // What changes with every frame, and nothing else.
  drawNow() {
    if (this.chosen === null) return;
    const [onset, apex] = this.chosen.marks;
    const blinksTo = this.blinker.isSwapped ? onset : apex;
    const shown = this.look.blink || this.look.amplify ? blinksTo : this.now;
    const arrows = this.look.arrows && this.found && shown === apex && !this.look.amplify && !this.look.mirror;
    const list = arrows && this.found.isFinding ? { list: this.found.arrows, factor: this.found.arrowFactor } : null;
    const all = this.stage.draw({ onset, shown, crop: this.news.crop, look: this.look, arrows: list });
    this.isIncomplete = !all;
    if (all) this.root.dataset.state = "ready";
    this.captions.tellNow({ shown, ...this.chosen, look: this.look, found: this.found });
    if (!this.clip.pair && this.track.movePlayhead(this.now)) this.drawTrack();
  }

  drawTrack() {
    if (this.clip.pair || this.chosen === null) return;
    this.track.draw({ ...this.chosen, curve: this.curve, news: this.news, ink: this.ink });
    this.track.movePlayhead(this.now);
  }

  redraw() {
    this.frames.lookAround(this.now);
    this.stage.fit();
    this.drawTrack();
    this.refresh();
    this.requestDraw();
  }

  // Buttons and captions.
  refresh() {
    if (this.chosen === null) return;
    const { look, news } = this;
    this.blinker.turn(look.blink);
    for (const name of ["blink", "amplify", "mirror", "arrows", "zoom"]) this.press(name, look[name]);
    this.press("loop", this.player.loop);
    this.root.classList.toggle("playing", this.player.isPlaying);
    this.part(".play").setAttribute("aria-label", this.player.isPlaying ? "Pause" : "Play");
    const [, speed] = SPEEDS.find(([value]) => value === this.player.speed);
    this.part(".speed").textContent = speed;
    this.part(".speed").setAttribute("aria-label", `Speed ${speed}`);
    this.part('[data-command="undo"]').disabled = !news.canUndo;
    this.part('[data-command="reset"]').disabled = news.isStart;
    this.part('[data-command="blink"]').disabled = !this.canLook("blink");
    nameButton(this.root, "reset", news.isBlind ? "Clear all markers" : "Back to the proposal");
    this.part(".factor").hidden = !look.amplify;
    this.part(".factor output").textContent = `${look.factor}×`;
    this.captions.tellComputed(look, this.found, this.stage.canWarp);
    this.captions.tellOnset(this.chosen, look);
    this.captions.tellCurve(this.curve, news.own, this.isNarrow);
    this.requestDraw();
  }

  press(name, isOn) {
    this.part(`[data-command="${name}"]`).setAttribute("aria-pressed", String(isOn));
  }

  // Colours and sizes as the page has them now.
  restyle() {
    const ink = ["text", "line", "noise", "movement", "lane", "lane-quiet"];
    const probe = textElement("span", "");
    this.root.appendChild(probe);
    this.ink = {};
    for (const name of ink) {
      probe.style.color = `var(--${name})`;
      this.ink[name.replace("-q", "Q")] = getComputedStyle(probe).color;
    }
    probe.remove();
    showKeys(this.root, this.keys);
    if (this.chosen !== null) this.redraw();
  }

  close() {
    this.player.stop();
    this.blinker.turn(false);
    cancelAnimationFrame(this.requested);
    this.resizing.disconnect();
    this.outbox.close();
    this.stage.close();
    this.frames.close();
    leaveMeetingPlace(this.key);
    this.root.remove();
  }
}

const decks = new WeakMap();

// Called by Streamlit at every run of the page: a clip that is shown already stays as it is.
export default function mount({ data, parentElement }) {
  const open = decks.get(parentElement);
  const clip = readFrames(data);
  if (open?.key === clip.key) open.restyle();
  else {
    open?.close();
    decks.set(parentElement, new Deck(parentElement, clip));
  }
  return () => {
    decks.get(parentElement)?.close();
    decks.delete(parentElement);
  };
}
