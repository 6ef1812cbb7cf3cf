// @ts-check
// A waveform on a canvas, from the outline a preview comes with.

/**
 * What `peaks.json` of a preview holds: `peaks` are low, high, low, high, … from −128 to 127, one pair for each
 * `step_ns` of take time.
 * @typedef {{v: 1, step_ns: number, peaks: number[]}} Outline
 */

/**
 * The loudest in each of `columns` equal stretches of the take, 0 to 1. Pure.
 * @param {Outline} outline
 * @param {number} length  of the take, in seconds
 * @param {number} columns
 * @returns {number[]}
 */
export function loudest(outline, length, columns) {
  const found = new Array(columns).fill(0);
  const perColumn = (length * 1e9) / columns;
  for (let pair = 0; 2 * pair + 1 < outline.peaks.length; pair++) {
    const column = Math.floor((pair * outline.step_ns) / perColumn);
    if (column >= columns) break;
    const height = Math.max(Math.abs(outline.peaks[2 * pair]), Math.abs(outline.peaks[2 * pair + 1])) / 128;
    found[column] = Math.max(found[column], Math.min(1, height));
  }
  return found;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Outline} outline
 * @param {number} length  of the take, in seconds
 * @param {string} colour
 */
export function drawWave(canvas, outline, length, colour) {
  const context = canvas.getContext("2d");
  if (!context || !outline.peaks.length) return;
  const middle = canvas.height / 2;
  const columns = Math.floor(canvas.width / 2);
  const step = canvas.width / columns;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = colour;
  loudest(outline, length, columns).forEach((height, column) => {
    const half = Math.max(0.5, height * (middle - 1));
    context.fillRect(column * step, middle - half, Math.max(1, step - 0.6), 2 * half);
  });
}
