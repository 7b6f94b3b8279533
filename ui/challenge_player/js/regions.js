// The parts of the face as areas on the picture that can be chosen by click, touch or key.

const SVG = "http://www.w3.org/2000/svg";

export class Regions {
  // `choose` is called with a region that was clicked.
  constructor(svg, regions, choose) {
    this.svg = svg;
    this.areas = regions.map((region) => {
      const area = document.createElementNS(SVG, "polygon");
      area.setAttribute("points", region.points.map((point) => point.join(",")).join(" "));
      area.setAttribute("role", "button");
      area.setAttribute("aria-label", region.label);
      area.addEventListener("click", () => choose(region));
      svg.appendChild(area);
      return { area, region };
    });
  }

  // A square of side `side` around a place, as far as the picture goes.
  viewOf(place, side) {
    const points = this.areas.filter(({ region }) => covers(place, region)).flatMap(({ region }) => region.points);
    const [left, top] = [0, 1].map((axis) => {
      const values = points.map((point) => point[axis]);
      const middle = (Math.min(...values) + Math.max(...values)) / 2;
      return Math.min(1 - side, Math.max(0, middle - side / 2));
    });
    return { left, top, side };
  }

  // `answer` and `truth` are a part and a side each, or null; chosen from only where `canChoose`.
  draw(answer, truth, canChoose, { left, top, side }) {
    this.svg.setAttribute("viewBox", `${left} ${top} ${side} ${side}`);
    this.svg.classList.toggle("open", canChoose);
    for (const { area, region } of this.areas) {
      const isChosen = covers(answer, region);
      area.setAttribute("aria-pressed", String(isChosen));
      area.setAttribute("tabindex", canChoose ? "0" : "-1");
      area.classList.toggle("chosen", isChosen);
      area.classList.toggle("true", covers(truth, region));
    }
  }
}

function covers(place, region) {
  return place !== null && place.part === region.part && (place.side === "B" || place.side === region.side);
}

// What an answer becomes when a region is clicked: one side more or less, or another part.
export function toggled(answer, region) {
  const { part, side } = region;
  if (answer.part !== part || answer.side === null) return { ...answer, part, side };
  if (answer.side === side) return { ...answer, part: null, side: null };
  if (answer.side === "B") return { ...answer, side: side === "L" ? "R" : "L" };
  return { ...answer, side: "B" };
}
