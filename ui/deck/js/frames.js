// Decoded pictures, the nearest to the playhead first, within a budget of memory.

const BYTES_PER_PIXEL = 4;
const BUDGET_BYTES = (navigator.deviceMemory ?? 8) <= 4 ? 64e6 : 192e6;
const DECODERS = 3;

export class Frames {
  // `changed` is called whenever a picture was decoded.
  constructor(files, kept, size, changed) {
    this.files = files;
    this.kept = kept;
    this.changed = changed;
    this.most = Math.max(8, Math.floor(BUDGET_BYTES / (size[0] * size[1] * BYTES_PER_PIXEL)));
    this.decoded = new Map(); // picture number to ImageBitmap, least recently used first
    this.pending = new Set();
    this.centre = 0;
    this.closed = false;
  }

  // Number of the picture that stands for a frame: its own, or in a thinned-out clip the one before it.
  number(frame) {
    let low = 0;
    let high = this.kept.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.kept[middle] <= frame) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  // The picture of a frame, or null while it is being decoded.
  picture(frame) {
    const number = this.number(frame);
    const bitmap = this.decoded.get(number);
    if (bitmap === undefined) {
      this.decode(number);
      return null;
    }
    this.decoded.delete(number);
    this.decoded.set(number, bitmap);
    return bitmap;
  }

  // Decode what lies around a frame, as far as memory goes.
  lookAround(frame) {
    this.centre = this.number(frame);
    while (this.pending.size < DECODERS && this.decodeNext());
  }

  decodeNext() {
    const reach = Math.min(this.files.length, Math.floor(this.most / 2));
    for (let distance = 0; distance < reach; distance++) {
      for (const number of [this.centre + distance, this.centre - distance]) {
        const wanted = number >= 0 && number < this.files.length;
        if (wanted && !this.decoded.has(number) && !this.pending.has(number)) {
          this.decode(number);
          return true;
        }
      }
    }
    return false;
  }

  async decode(number) {
    if (this.pending.has(number) || this.closed) return;
    this.pending.add(number);
    const bitmap = await createImageBitmap(this.files[number]);
    this.pending.delete(number);
    if (this.closed) {
      bitmap.close();
      return;
    }
    this.decoded.set(number, bitmap);
    this.forgetFarthest();
    this.changed();
    if (this.pending.size < DECODERS) this.decodeNext();
  }

  forgetFarthest() {
    while (this.decoded.size > this.most) {
      const [oldest] = this.decoded.keys();
      this.decoded.get(oldest).close();
      this.decoded.delete(oldest);
    }
  }

  close() {
    this.closed = true;
    for (const bitmap of this.decoded.values()) bitmap.close();
    this.decoded.clear();
    this.files = [];
  }
}
