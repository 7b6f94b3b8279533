// Changes on their way to Python: one message at a time, each holding all that Python has not yet answered.

// A message without an answer is sent again after this time, then after twice as long, and so on: the page loses some,
// but a slow one would never come to an end if it were asked again and again.
const FIRST_PATIENCE_MS = 1500;

export class Outbox {
  constructor() {
    this.send = null; // set while the page listens
    this.waiting = [];
    this.sequence = 0;
    this.attempt = 0;
    this.timer = 0;
    this.beginAnew();
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

  // Python has taken into account all actions up to this one.
  answered(sequence) {
    this.sequence = Math.max(this.sequence, sequence);
    const before = this.waiting.length;
    this.waiting = this.waiting.filter((action) => action.sequence > sequence);
    if (this.waiting.length < before || this.isSettled) this.beginAnew();
    this.flush();
  }

  flush() {
    clearTimeout(this.timer);
    if (this.isSettled || this.send === null) return;
    const now = performance.now();
    const rest = this.sentAt + this.patience - now;
    if (rest > 0) {
      this.timer = setTimeout(() => this.flush(), rest);
      return;
    }
    if (this.sentAt > -Infinity) this.patience *= 2;
    this.sentAt = now;
    this.attempt += 1; // the page passes over a message that equals the one before it
    this.timer = setTimeout(() => this.flush(), this.patience);
    this.send(this.waiting, this.attempt);
  }

  close() {
    clearTimeout(this.timer);
    this.send = null;
  }
}
