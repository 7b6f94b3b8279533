// Changes on their way to Python: one message at a time, each holding all that Python has not yet answered. What waits
// for an answer to the message before goes at once when the visitor turns to something else on the page.

// A message without an answer is sent again after this time, then after twice as long, and so on: the page loses some,
// but a slow one would never come to an end if it were asked again and again.
const FIRST_PATIENCE_MS = 1500;
const TURNING_AWAY = ["pointerdown", "keydown"];
// From a press on a link to another page nothing is sent for this time: a message about the page that is being left
// would come in while the next one is drawn, and Streamlit then shows neither.
const LEAVING_MS = 5000;
// What is still unanswered when its page is left waits here for the visitor to come back.
const LEFT = Symbol.for("mer-studio.left");

export class Outbox {
  constructor() {
    this.send = null; // set while the page listens
    this.waiting = [];
    this.sequence = 0;
    this.attempt = 0;
    this.sentUpTo = 0;
    this.timer = 0;
    this.heldUntil = -Infinity;
    this.leave = () => {};
    this.beginAnew();
  }

  // Go on with what was left under this key; before anything outside the element is used, all goes to Python.
  open(key, element) {
    if (globalThis[LEFT]?.key === key) {
      this.waiting = globalThis[LEFT].waiting;
      this.sequence = this.waiting.at(-1).sequence;
    }
    globalThis[LEFT] = null;
    const host = element.getRootNode().host ?? element;
    const watch = (event) => event.composedPath().includes(host) || this.turnAway(event);
    for (const type of TURNING_AWAY) document.addEventListener(type, watch, true);
    this.leave = () => {
      for (const type of TURNING_AWAY) document.removeEventListener(type, watch, true);
      if (!this.isSettled) globalThis[LEFT] = { key, waiting: this.waiting };
    };
  }

  beginAnew() {
    this.sentAt = -Infinity;
    this.patience = FIRST_PATIENCE_MS;
  }

  push(action) {
    this.sequence += 1;
    this.waiting.push({ ...action, sequence: this.sequence });
    this.flush();
  }

  // Whether Python has answered everything.
  get isSettled() {
    return this.waiting.length === 0;
  }

  get hasUnsent() {
    return this.waiting.at(-1)?.sequence > this.sentUpTo;
  }

  // Python has taken into account all actions up to this one.
  answered(sequence) {
    this.sequence = Math.max(this.sequence, sequence);
    const before = this.waiting.length;
    this.waiting = this.waiting.filter((action) => action.sequence > sequence);
    if (this.isSettled || (this.waiting.length < before && this.hasUnsent)) this.beginAnew();
    this.flush();
  }

  flush() {
    clearTimeout(this.timer);
    if (this.isSettled || this.send === null) return;
    const now = performance.now();
    const rest = Math.max(this.sentAt + this.patience, this.heldUntil) - now;
    if (rest > 0) {
      this.timer = setTimeout(() => this.flush(), rest);
      return;
    }
    if (this.sentAt > -Infinity) this.patience *= 2;
    this.post(now);
  }

  turnAway(event) {
    if (isToAnotherPage(event)) this.heldUntil = performance.now() + LEAVING_MS;
    else this.hurry();
  }

  // Do not wait for the answer to the message before; what was sent already is not sent again.
  hurry() {
    const now = performance.now();
    if (this.hasUnsent && this.send !== null && now >= this.heldUntil) this.post(now);
  }

  post(now) {
    clearTimeout(this.timer);
    this.sentAt = now;
    this.sentUpTo = this.sequence;
    this.attempt += 1; // the page passes over a message that equals the one before it
    this.timer = setTimeout(() => this.flush(), this.patience);
    this.send(this.waiting, this.attempt);
  }

  close() {
    clearTimeout(this.timer);
    this.leave();
    this.send = null;
  }
}

function isToAnotherPage(event) {
  const link = event.composedPath().find((part) => part instanceof HTMLAnchorElement);
  const opensElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || link?.target === "_blank";
  return Boolean(link?.href) && !link.hasAttribute("download") && !opensElsewhere;
}
