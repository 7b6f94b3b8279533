// Changes on their way to Python: one message at a time, each holding all that Python has not yet answered.

const PATIENCE_MS = 4000; // a message that gets no answer by then is sent again

export class Outbox {
  constructor() {
    this.send = null; // set while the page listens
    this.waiting = [];
    this.sequence = 0;
    this.attempt = 0;
    this.sentAt = -Infinity;
    this.timer = 0;
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
    if (this.waiting.length < before || this.isSettled) this.sentAt = -Infinity;
    this.flush();
  }

  flush() {
    if (this.isSettled || this.send === null) return;
    const now = performance.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), PATIENCE_MS + 50);
    if (now - this.sentAt < PATIENCE_MS) return;
    this.sentAt = now;
    this.attempt += 1; // the page passes over a message that equals the one before it
    this.send(this.waiting, this.attempt);
  }

  close() {
    clearTimeout(this.timer);
    this.send = null;
  }
}
