// Playing by the frames' own times, once or in a loop.

export class Player {
  // `show` is called with every frame that is due, `ended` when playing stops by itself.
  constructor(clock, show, ended) {
    this.clock = clock;
    this.show = show;
    this.ended = ended;
    this.speed = 0.25;
    this.loop = false;
    this.request = 0;
  }

  get isPlaying() {
    return this.request !== 0;
  }

  // From a frame on; `range` gives the first and last frame to stay within, asked for at every turn.
  play(frame, range) {
    this.stop();
    const [first, last] = range();
    const start = frame < first || frame >= last ? first : frame;
    let begun = performance.now();
    let from = this.clock.ms(start);
    let speed = this.speed;
    this.show(start);
    const step = (now) => {
      if (speed !== this.speed) {
        from += (now - begun) * speed;
        begun = now;
        speed = this.speed;
      }
      const [low, high] = range();
      const ms = from + (now - begun) * speed;
      if (ms >= this.clock.ms(high) + this.clock.interval()) {
        if (!this.loop) {
          this.request = 0;
          this.show(high);
          this.ended();
          return;
        }
        begun = now;
        from = this.clock.ms(low);
        this.show(low);
      } else {
        this.show(this.clock.frameAt(ms));
      }
      this.request = requestAnimationFrame(step);
    };
    this.request = requestAnimationFrame(step);
  }

  stop() {
    cancelAnimationFrame(this.request);
    this.request = 0;
  }
}
