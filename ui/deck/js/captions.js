// The words around the pictures and the curve.
import { UNSET } from "./marks.js";

const WHO_SET = { proposed: "proposed", user: "set by you", imported: "imported" };

const joined = (words) => words.filter(Boolean).join(" · ");

export class Captions {
  constructor(root, clip, clock) {
    this.root = root;
    this.clip = clip;
    this.clock = clock;
  }

  tell(selector, text) {
    this.root.querySelector(selector).textContent = text;
  }

  label(selector, text) {
    this.root.querySelector(selector).setAttribute("aria-label", text);
  }

  // A frame by its name in a pair, else by its moment.
  named(frame) {
    return this.clip.pair ? this.clip.pair[frame] : this.clock.text(frame);
  }

  tellNow({ shown, marks, sources, look, found }) {
    const [onset, apex, offset] = marks.map((frame, index) => (sources[index] === UNSET ? -1 : frame));
    if (look.mirror) {
      this.tell(".onset-text", joined(["Their left side twice", this.named(shown)]));
      this.tell(".now-text", joined(["Their right side twice", this.named(shown)]));
    } else if (look.amplify && shown !== onset) {
      this.tell(".now-text", `Onset, moved ${look.factor}× as far`);
    } else {
      const arrows = look.arrows && shown === apex && found ? arrowsText(found) : "";
      const role = { [offset]: "offset", [onset]: "onset", [apex]: "apex" }[shown];
      const who = this.clip.pair ? [["Onset", "Apex"][shown], this.named(shown)] : ["Now", this.named(shown), role];
      this.tell(".now-text", joined([...who, arrows]));
    }
  }

  tellOnset({ marks: [onset], sources: [source] }, look) {
    if (source === UNSET && !look.mirror) this.tell(".onset-text", joined(["First frame", "onset not set yet"]));
    else if (!look.mirror) this.tell(".onset-text", joined(["Onset", this.named(onset), this.clip.pair ? "" : WHO_SET[source]]));
    this.label("canvas.onset", `The face at the onset, ${this.named(onset)}`);
    this.label("canvas.now", "The face at the playhead, in the crop of the onset");
  }

  tellComputed(look, found, canWarp) {
    this.root.querySelector(".computed").hidden = !look.amplify;
    const what = found?.isFinding ? "the onset" : "noise";
    const computed = `Computed, not recorded: ${what} moved ${look.factor}× as far`;
    this.tell(".computed", canWarp ? computed : "This browser cannot amplify: it has no WebGL");
  }

  tellCurve(curve, own, isNarrow) {
    const lanes = curve === null || isNarrow ? "" : lanesText(curve);
    const counted = this.clip.pair ? "" : "Frames are counted from 0.";
    const yours = own === null || this.clip.pair ? "" : "Upright lines beside the markers: where you had committed yours.";
    const sentences = [this.clip.pair ? "" : lanes, yours, counted, this.clip.reduction];
    this.tell(".note", sentences.filter(Boolean).join(" "));
    this.tell(".unit", this.clock.known ? "ms" : "frame");
    if (curve === null) return;
    this.label("canvas.curve", curve.summary);
    this.label("canvas.lanes", "The same for each part of the face, left and right the person's own");
    this.tell(".top-px", `${curve.topPx} px`);
    const noise = curve.noisePx === null ? "noise of this clip unknown" : `grey: noise of this clip, ${curve.noisePx.toFixed(2)} px`;
    this.tell(".legend", `Whole face, px since the onset · ${noise}`);
  }
}

function arrowsText(found) {
  if (!found.isFinding) return "motion within noise";
  return found.arrows.length ? `arrows ×${found.arrowFactor}` : "";
}

function lanesText(curve) {
  return (
    `Lanes: each part of the face, all up to ${curve.lanesTopPx} px; strong where above twice its own noise. ` +
    "L and R are the person's own."
  );
}
