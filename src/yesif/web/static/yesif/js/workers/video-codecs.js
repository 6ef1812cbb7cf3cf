// @ts-check
// Which encoder this browser gets: H.264 before all (measured: a third of VP8's processor time), hardware where there is one.

const BITS_PER_SECOND = 4_000_000; // at 1280×720, 30 a second; smaller pictures get their share
const FULL = 1280 * 720;

/**
 * @param {number} width
 * @param {number} height
 * @returns {Promise<{codec: "h264" | "vp8", config: VideoEncoderConfig}>}
 * @throws {DOMException} NotSupportedError
 */
export async function chosenConfig(width, height) {
  for (const { codec, config } of candidates(width, height)) {
    const { supported } = await VideoEncoder.isConfigSupported(config).catch(() => ({ supported: false }));
    if (supported) return { codec, config };
  }
  throw new DOMException("This browser can encode neither H.264 nor VP8.", "NotSupportedError");
}

/**
 * @param {number} width
 * @param {number} height
 * @returns {{codec: "h264" | "vp8", config: VideoEncoderConfig}[]} best first
 */
export function candidates(width, height) {
  const bitrate = Math.max(500_000, Math.round((BITS_PER_SECOND * width * height) / FULL));
  /** @type {Omit<VideoEncoderConfig, "codec">} */
  const common = { width, height, bitrate, framerate: 30, bitrateMode: "variable", latencyMode: "realtime" };
  // Baseline level 3.1 ends at 1280×720 (H.264 table A-1: 3,600 macroblocks); High level 4.0 goes to 1920×1080.
  const names = width * height <= FULL ? ["avc1.42E01F", "avc1.640028"] : ["avc1.640028"];
  /** @type {{codec: "h264" | "vp8", config: VideoEncoderConfig}[]} */
  const found = [];
  for (const hardwareAcceleration of /** @type {const} */ (["prefer-hardware", "no-preference"])) {
    for (const codec of names) {
      found.push({ codec: "h264", config: { ...common, codec, hardwareAcceleration, avc: { format: "avc" } } });
    }
  }
  found.push({ codec: "vp8", config: { ...common, codec: "vp8" } });
  return found;
}
