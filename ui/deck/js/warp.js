// Amplified motion: the onset carried along k times its measured motion, as a mesh on the graphics card.

const VERTEX = `
attribute vec2 place, motion;
uniform float factor;
varying vec2 source;
void main() {
  source = place;
  vec2 moved = place + factor * motion;
  gl_Position = vec4(2.0 * moved.x - 1.0, 1.0 - 2.0 * moved.y, 0.0, 1.0);
}`;
const FRAGMENT = `
precision mediump float;
uniform sampler2D face;
varying vec2 source;
void main() { gl_FragColor = texture2D(face, source); }`;

// Cells of the field at their centres, and a still border around them so that the picture keeps its edges.
export function meshOf({ side, field }) {
  const count = side + 2;
  const vertices = new Float32Array(count * count * 4);
  const at = (line) => Math.min(1, Math.max(0, (line - 0.5) / side));
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      const inside = row > 0 && column > 0 && row <= side && column <= side;
      const cell = 2 * ((row - 1) * side + column - 1);
      vertices.set([at(column), at(row), inside ? field[cell] : 0, inside ? field[cell + 1] : 0], 4 * (row * count + column));
    }
  }
  const triangles = [];
  for (let row = 0; row < count - 1; row++) {
    for (let column = 0; column < count - 1; column++) {
      const corner = row * count + column;
      triangles.push(corner, corner + 1, corner + count, corner + 1, corner + count + 1, corner + count);
    }
  }
  return { vertices, triangles: Uint16Array.from(triangles) };
}

export class Warp {
  // Throws where the browser has no WebGL.
  constructor() {
    this.canvas = document.createElement("canvas");
    const gl = this.canvas.getContext("webgl", { preserveDrawingBuffer: true, antialias: true });
    if (gl === null) throw new Error("no WebGL");
    this.gl = gl;
    this.program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(this.program, shader);
    }
    gl.linkProgram(this.program);
    gl.useProgram(this.program);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    for (const [name, offset] of [["place", 0], ["motion", 8]]) {
      const place = gl.getAttribLocation(this.program, name);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, 2, gl.FLOAT, false, 16, offset);
    }
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    this.count = 0;
  }

  setField(field) {
    const { gl } = this;
    const { vertices, triangles } = meshOf(field);
    gl.bufferData(gl.ARRAY_BUFFER, vertices, gl.STATIC_DRAW);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, triangles, gl.STATIC_DRAW);
    this.count = triangles.length;
  }

  // The face on a square canvas, moved `factor` times as far; a canvas of the same side comes back.
  draw(face, factor) {
    const { gl, canvas } = this;
    canvas.width = face.width;
    canvas.height = face.height;
    gl.viewport(0, 0, face.width, face.height);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, face);
    gl.uniform1f(gl.getUniformLocation(this.program, "factor"), factor);
    gl.drawElements(gl.TRIANGLES, this.count, gl.UNSIGNED_SHORT, 0);
    return canvas;
  }

  close() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}
