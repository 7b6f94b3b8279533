// The motion curve and its lanes, in px of the face crop on scales that start at 0 and never follow a lane's own size.

const LANE_GAP = 3;
const COUNTS_FROM = 2; // times its own noise, as in mer_core/noise.py

// Prepares a canvas for drawing in CSS px.
function sheet(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  return { context, width, height };
}

// The whole face: noise band, interval, line. `ink` holds colours.
export function drawCurve(canvas, { curve, scale, marks, ink }) {
  const { context, width, height } = sheet(canvas);
  const y = (px) => height - 1 - (px / curve.topPx) * (height - 3);
  context.fillStyle = ink.movement;
  const [from, , to] = marks.map((frame) => scale.share(frame) * width);
  context.fillRect(from, 0, to - from, height);
  if (curve.noisePx !== null) {
    context.fillStyle = ink.noise;
    context.fillRect(0, y(curve.noisePx), width, height - y(curve.noisePx));
  }
  context.fillStyle = ink.line;
  context.fillRect(0, height - 1, width, 1);
  context.strokeStyle = ink.text;
  context.lineWidth = 1.75;
  context.lineJoin = "round";
  context.stroke(linePath(curve.level, scale, width, y));
}

// One lane a region, all on one scale: pale where the motion lies within twice the region's own noise.
export function drawLanes(canvas, { curve, scale, ink }) {
  const { context, width, height } = sheet(canvas);
  const step = height / curve.lanes.length;
  curve.lanes.forEach((lane, index) => {
    const floor = (index + 1) * step - 1;
    const y = (px) => floor - Math.min(1, px / curve.lanesTopPx) * (step - LANE_GAP);
    context.fillStyle = ink.line;
    context.fillRect(0, floor, width, 1);
    const noise = curve.laneNoisePx[index];
    const threshold = noise === null ? Infinity : Math.max(COUNTS_FROM * noise, curve.smallestPx);
    const area = areaPath(lane, scale, width, y, floor);
    context.fillStyle = ink.laneQuiet;
    context.fill(area);
    context.save();
    context.clip(overPath(lane, scale, width, threshold, floor - step, step));
    context.fillStyle = ink.lane;
    context.fill(area);
    context.restore();
  });
}

// Frames that are worth a point of their own: no more than two a px.
function shownFrames(scale, width) {
  const stride = Math.max(1, Math.floor((scale.last - scale.first) / (2 * Math.max(width, 1))));
  const first = Math.max(0, scale.first - stride);
  const last = Math.min(scale.clock.last, scale.last + stride);
  const frames = [];
  for (let frame = first; frame <= last; frame += stride) frames.push(frame);
  return { frames, stride };
}

// A thinned-out line must not lose a peak: each point is the largest level of the frames it stands for.
function largest(levels, frame, stride) {
  let most = levels[frame];
  for (let next = frame + 1; next < Math.min(frame + stride, levels.length); next++) {
    if (levels[next] > most) most = levels[next];
  }
  return most;
}

function linePath(levels, scale, width, y) {
  const path = new Path2D();
  const { frames, stride } = shownFrames(scale, width);
  let isDown = false;
  for (const frame of frames) {
    const level = largest(levels, frame, stride);
    if (Number.isNaN(level)) isDown = false;
    else {
      path[isDown ? "lineTo" : "moveTo"](scale.share(frame) * width, y(level));
      isDown = true;
    }
  }
  return path;
}

function areaPath(levels, scale, width, y, floor) {
  const path = new Path2D();
  const { frames, stride } = shownFrames(scale, width);
  path.moveTo(scale.share(frames[0]) * width, floor);
  for (const frame of frames) {
    const level = largest(levels, frame, stride);
    path.lineTo(scale.share(frame) * width, Number.isNaN(level) ? floor : y(level));
  }
  path.lineTo(scale.share(frames.at(-1)) * width, floor);
  return path;
}

function overPath(levels, scale, width, threshold, top, height) {
  const path = new Path2D();
  const { frames, stride } = shownFrames(scale, width);
  frames.forEach((frame, index) => {
    if (!(largest(levels, frame, stride) >= threshold)) return;
    const left = scale.share(frames[Math.max(0, index - 1)]) * width;
    const right = scale.share(frames[Math.min(frames.length - 1, index + 1)]) * width;
    path.rect((left + scale.share(frame) * width) / 2, top, (right - left) / 2 + 0.5, height);
  });
  return path;
}
