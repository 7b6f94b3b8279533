// Onset, apex and offset: the rule by which one moves. The same as mer_core/markers.py, where every commit is checked.

export const MARKS = ["onset", "apex", "offset"];
export const WHO = { proposed: "proposed", user: "you", imported: "imported" };
export const UNSET = "unset"; // of a marker that a blind coder has not set yet
const GIVES_WAY = ["proposed", UNSET];
const GAPS = [1, 0]; // least distance from onset to apex and from apex to offset

const sum = (values) => values.reduce((total, value) => total + value, 0);

// One marker as near to a frame as the order allows: markers that nobody set give way, those that somebody set stop it.
export function movedMark({ marks, sources }, index, frame, last) {
  let low = sum(GAPS.slice(0, index));
  let high = last - sum(GAPS.slice(index));
  for (let other = 0; other < marks.length; other++) {
    if (other === index || GIVES_WAY.includes(sources[other])) continue;
    if (other < index) low = Math.max(low, marks[other] + sum(GAPS.slice(other, index)));
    else high = Math.min(high, marks[other] - sum(GAPS.slice(index, other)));
  }
  const moved = [...marks];
  moved[index] = Math.min(Math.max(frame, low), high);
  for (let before = index - 1; before >= 0; before--) {
    moved[before] = Math.min(moved[before], moved[before + 1] - GAPS[before]);
  }
  for (let after = index + 1; after < moved.length; after++) {
    moved[after] = Math.max(moved[after], moved[after - 1] + GAPS[after - 1]);
  }
  return { marks: moved, sources: sources.map((source, place) => (place === index ? "user" : source)) };
}
