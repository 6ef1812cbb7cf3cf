// @ts-check
// A track that shows one picture of the camera every few seconds, for a partner on the far side of a slow line.

const EVERY_MS = 5000;
const WIDTH = 320;

export class StillPicture {
  #canvas = document.createElement("canvas");
  #video = document.createElement("video");
  #timer = 0;

  constructor() {
    this.#video.muted = true;
    this.#video.playsInline = true;
  }

  /** The still track of this camera. @param {MediaStreamTrack} camera @returns {MediaStreamTrack} */
  follow(camera) {
    this.stop();
    const { width = 16, height = 9 } = camera.getSettings();
    this.#canvas.width = WIDTH;
    this.#canvas.height = Math.round((WIDTH * height) / width);
    this.#video.srcObject = new MediaStream([camera]);
    const stream = this.#canvas.captureStream(0);
    const [track] = /** @type {CanvasCaptureMediaStreamTrack[]} */ (stream.getVideoTracks());
    const look = () => {
      this.#canvas.getContext("2d")?.drawImage(this.#video, 0, 0, this.#canvas.width, this.#canvas.height);
      track.requestFrame();
    };
    void this.#video.play().then(look);
    this.#timer = window.setInterval(look, EVERY_MS);
    return track;
  }

  stop() {
    clearInterval(this.#timer);
    this.#video.srcObject = null;
  }
}
