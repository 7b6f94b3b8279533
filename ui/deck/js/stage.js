// The two pictures: the onset, and beside it now, or what was computed from both.
import { drawArrows, drawFace, drawTwice, fitCanvas, muteFace } from "./face.js";
import { readField } from "./payload.js";
import { Warp } from "./warp.js";

export class Stage {
  constructor(root, frames) {
    this.frames = frames;
    this.onset = root.querySelector("canvas.onset").getContext("2d", { alpha: false });
    this.now = root.querySelector("canvas.now").getContext("2d", { alpha: false });
    this.warp = null;
    this.field = null;
    this.canWarp = true;
    this.drawn = null;
  }

  // Makes the canvases as sharp as their places on the screen; asking for sizes at every frame would cost a layout.
  fit() {
    for (const context of [this.onset, this.now]) fitCanvas(context.canvas);
    this.drawn = null;
  }

  // Takes the field to amplify by; null where there is none.
  setField(warp) {
    this.field = warp === null ? null : readField(warp);
    if (this.warp && this.field) this.warp.setField(this.field);
  }

  // Draws what is asked for as far as it is decoded; whether all of it was.
  draw({ onset, shown, crop, look, arrows }) {
    const before = this.frames.picture(onset);
    const now = this.frames.picture(shown);
    if (look.mirror) {
      if (now === null) return false;
      this.drawn = null;
      drawTwice(this.onset, now, crop, "left");
      drawTwice(this.now, now, crop, "right");
      return true;
    }
    this.drawOnset(before, crop);
    if (look.amplify && shown !== onset) {
      if (before !== null) this.drawAmplified(crop, before, look.factor);
    } else if (now !== null) {
      drawFace(this.now, now, crop);
      if (arrows !== null) {
        muteFace(this.now);
        drawArrows(this.now, arrows.list, arrows.factor);
      }
    }
    return before !== null && now !== null;
  }

  // Only when it differs from what is there: while the playhead moves, the onset stays.
  drawOnset(before, crop) {
    const isThere = this.drawn?.before === before && this.drawn.crop === crop;
    if (before === null || isThere) return;
    drawFace(this.onset, before, crop);
    this.drawn = { before, crop };
  }

  drawAmplified(crop, before, factor) {
    drawFace(this.now, before, crop);
    const moved = this.warped(this.now.canvas, factor);
    if (moved) this.now.drawImage(moved, 0, 0);
  }

  warped(face, factor) {
    if (this.field === null || !this.canWarp) return null;
    if (this.warp === null) {
      try {
        this.warp = new Warp();
      } catch {
        this.canWarp = false; // the button then says why it does nothing
        return null;
      }
      this.warp.setField(this.field);
    }
    return this.warp.draw(face, factor);
  }

  // One frame alone, for the loupe.
  drawOn(canvas, frame, crop) {
    fitCanvas(canvas);
    const bitmap = this.frames.picture(frame);
    if (bitmap !== null) drawFace(canvas.getContext("2d", { alpha: false }), bitmap, crop);
  }

  close() {
    this.warp?.close();
  }
}
