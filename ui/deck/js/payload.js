// The frames as Python packed them (ui/deck/payload.py): a length, JSON, JPEG files end to end.

export function readFrames(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const files = [];
  let start = 4 + length;
  for (const size of header.lengths) {
    files.push(new Blob([bytes.subarray(start, start + size)], { type: "image/jpeg" }));
    start += size;
  }
  return { ...header, files };
}

function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

// Levels in px; NaN where no face was found.
export function readLevels(text) {
  const bytes = bytesOf(text);
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 2 }, (_, index) => {
    const steps = view.getUint16(2 * index, true);
    return steps === 65535 ? NaN : steps / 100;
  });
}

// The motion from onset to apex at the cells of a square mesh, u then v, as shares of the crop's side.
export function readField(warp) {
  const bytes = bytesOf(warp.field);
  const view = new DataView(bytes.buffer);
  const field = Float32Array.from({ length: bytes.length / 2 }, (_, index) => view.getInt16(2 * index, true) * warp.unit);
  return { side: warp.side, field };
}
