// Frames and their times; without a known frame rate there are frames only.

const ASSUMED_MS = 40; // played at 25 frames a second when the true rate is unknown

export class Clock {
  constructor(timesMs, numFrames) {
    this.known = timesMs !== null;
    this.timesMs = timesMs ?? Array.from({ length: numFrames }, (_, frame) => frame * ASSUMED_MS);
    this.last = numFrames - 1;
  }

  ms(frame) {
    return this.timesMs[frame];
  }

  // The frame that is on screen at a time: the last one that has begun.
  frameAt(ms) {
    let low = 0;
    let high = this.last;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.timesMs[middle] <= ms) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  nearest(ms) {
    const frame = this.frameAt(ms);
    const next = Math.min(frame + 1, this.last);
    return this.timesMs[next] - ms < ms - this.timesMs[frame] ? next : frame;
  }

  clamp(frame) {
    return Math.max(0, Math.min(this.last, Math.round(frame)));
  }

  // How long the last frame lasts too: a median interval.
  interval() {
    const gaps = this.timesMs.slice(1).map((time, index) => time - this.timesMs[index]).sort((a, b) => a - b);
    return gaps[gaps.length >> 1] ?? ASSUMED_MS;
  }

  // A moment as people read it.
  text(frame, joint = " · ") {
    return this.known ? `${Math.round(this.ms(frame))} ms${joint}frame ${frame}` : `frame ${frame}`;
  }

  short(frame) {
    return this.known ? `${Math.round(this.ms(frame))} ms` : `frame ${frame}`;
  }
}
