// A face on a square canvas: the crop of a picture, mirrored halves, grey under anything drawn on it.

const OUTLINE = "rgb(18 24 28)";
const CORE = "rgb(255 244 214)";

// Makes the canvas as sharp as its place on the screen; its side in px of the device comes back.
export function fitCanvas(canvas) {
  const side = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
  if (canvas.width !== side || canvas.height !== side) {
    canvas.width = side;
    canvas.height = side;
  }
  return side;
}

// Draws the part of a picture that `crop` (a similarity to the unit square) maps onto the canvas.
export function drawFace(context, bitmap, crop) {
  const side = context.canvas.width;
  context.setTransform(...crop.map((value) => value * side));
  context.imageSmoothingQuality = "medium"; // better ones cost a scrub its 60 frames a second
  context.drawImage(bitmap, 0, 0);
  context.setTransform(1, 0, 0, 1, 0, 0);
}

// One half of the face beside its own mirror image. The person's right half is the picture's left.
export function drawTwice(context, bitmap, crop, half) {
  const side = context.canvas.width;
  drawFace(context, bitmap, crop);
  const from = half === "right" ? 0 : side / 2;
  context.save();
  context.translate(side, 0);
  context.scale(-1, 1);
  context.drawImage(context.canvas, from, 0, side / 2, side, from, 0, side / 2, side);
  context.restore();
}

// Takes the colour out and narrows the range, so that what is drawn on it shows on any skin.
export function muteFace(context) {
  const side = context.canvas.width;
  context.save();
  context.globalCompositeOperation = "saturation";
  context.fillStyle = "#808080";
  context.fillRect(0, 0, side, side);
  context.globalCompositeOperation = "source-over";
  context.fillStyle = "rgb(128 128 128 / 0.25)";
  context.fillRect(0, 0, side, side);
  context.restore();
}

// Arrows [x, y, u, v] in shares of the crop, lengthened by a factor.
export function drawArrows(context, arrows, factor) {
  const side = context.canvas.width;
  context.lineJoin = "round";
  context.strokeStyle = OUTLINE;
  context.fillStyle = CORE;
  context.lineWidth = Math.max(2, 0.0048 * side);
  for (const [x, y, u, v] of arrows) {
    const length = Math.hypot(u, v);
    if (length === 0) continue;
    const path = arrowPath(x * side, y * side, [u / length, v / length], length * factor * side, side);
    context.stroke(path);
    context.fill(path);
  }
}

function arrowPath(x, y, [along, down], length, side) {
  const shaft = 0.0016 * side;
  const head = Math.min(length, Math.max(0.008 * side, Math.min(0.026 * side, 0.36 * length)));
  const corners = [
    [0, shaft], [length - head, shaft], [length - head, 0.45 * head], [length, 0],
    [length - head, -0.45 * head], [length - head, -shaft], [0, -shaft],
  ];
  const path = new Path2D();
  for (const [forward, aside] of corners) path.lineTo(x + forward * along - aside * down, y + forward * down + aside * along);
  path.closePath();
  return path;
}
