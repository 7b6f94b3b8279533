// From frames to places along the time axis and back, for the whole clip or for a part of it.

const LEAST_FRAMES = 12;
const ROOM = 0.6; // shown on either side of the movement, as a share of it

export class Scale {
  constructor(clock) {
    this.clock = clock;
    this.showAll();
  }

  showAll() {
    this.first = 0;
    this.last = this.clock.last;
  }

  showMovement([onset, , offset]) {
    const room = Math.max(LEAST_FRAMES / 2, Math.round(ROOM * (offset - onset)));
    this.first = this.clock.clamp(onset - room);
    this.last = this.clock.clamp(offset + room);
  }

  // Moves the part along so that a frame lies in it; whether that was needed.
  reach(frame) {
    if (frame >= this.first && frame <= this.last) return false;
    const length = this.last - this.first;
    const first = Math.max(0, Math.min(this.clock.last - length, frame - (length >> 1)));
    this.first = first;
    this.last = first + length;
    return true;
  }

  get isWhole() {
    return this.first === 0 && this.last === this.clock.last;
  }

  // Share of the axis, 0 to 1 for what is shown.
  share(frame) {
    const begin = this.clock.ms(this.first);
    return (this.clock.ms(frame) - begin) / Math.max(this.clock.ms(this.last) - begin, 1e-6);
  }

  frameAt(share) {
    const begin = this.clock.ms(this.first);
    return this.clock.nearest(begin + share * (this.clock.ms(this.last) - begin));
  }

  // Round moments within what is shown, at most `most`: their share and their text.
  ticks(most) {
    const known = this.clock.known;
    const [low, high] = known ? [this.clock.ms(this.first), this.clock.ms(this.last)] : [this.first, this.last];
    const step = roundStep((high - low) / most, known ? 0 : 1);
    const found = [];
    for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
      found.push({ share: (value - low) / Math.max(high - low, 1e-6), text: String(Math.round(value)) });
    }
    return found;
  }
}

function roundStep(least, smallest) {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1e-6)));
  return Math.max(smallest, [1, 2, 5, 10].find((step) => step * power >= least) * power);
}
