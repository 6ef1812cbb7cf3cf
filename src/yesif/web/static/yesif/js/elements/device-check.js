// @ts-check
// Opens camera and microphone and says in words what was found. The microphone is opened twice: once with the browser's
// echo cancelling for the call, once raw for the record.

import { tierHere } from "../models/sources.js";
import { tr } from "../lib/words.js";

const RAW = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
const CALL = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
// No frame rate is asked for: browsers take about 30 by themselves, and where one is asked for Chromium throws away frames
// of a camera that was late for once and catches up (measured: half of all lost frames).
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 } };
const SOUND_SECONDS = 4;

/**
 * @typedef {object} Devices
 * @property {MediaStreamTrack} camera
 * @property {MediaStreamTrack} voice raw, for the record
 * @property {MediaStreamTrack} call the same microphone, with echo cancelling
 */

/** Ask for camera and microphone. @returns {Promise<Devices>} @throws {Error} in words */
export async function openDevices() {
  /** @type {MediaStream | null} */
  let raw = null;
  try {
    raw = await navigator.mediaDevices.getUserMedia({
      video: PICTURE,
      audio: { ...RAW, channelCount: { ideal: 1 }, sampleRate: { ideal: 48000 } },
    });
    const [voice] = raw.getAudioTracks();
    const { deviceId } = voice.getSettings();
    const same = deviceId ? { deviceId: { exact: deviceId } } : {}; // the very same microphone, not the browser's favourite
    const processed = await navigator.mediaDevices.getUserMedia({ audio: { ...CALL, ...same } });
    return { camera: raw.getVideoTracks()[0], voice, call: processed.getAudioTracks()[0] };
  } catch (error) {
    for (const track of raw?.getTracks() ?? []) track.stop();
    throw new Error(refusal(error instanceof DOMException ? error.name : ""));
  }
}

/** What was found, as rows of words for the page and as facts for the studio. @param {Devices} devices */
export async function examine({ camera, voice }) {
  const { width = 0, height = 0, frameRate = 0 } = camera.getSettings();
  const loudest = await loudestDb(voice);
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  const free = (quota - usage) / 1e6;
  const kept = (await navigator.storage.persist?.()) ?? false;
  const minutes = Math.floor(free / 40); // about 40 MB a minute with voice, camera and heard
  const bluetooth = /bluetooth|airpods|hands-?free/i.test(voice.label);
  const rows = [
    { ok: height >= 720, text: tr("Camera: {width} × {height} pixels, {rate} frames per second.", { width, height, rate: Math.round(frameRate) }) },
    { ok: loudest > -50, text: loudest > -50
      ? tr("Microphone: heard you at {level} dB (0 is the loudest it can take).", { level: Math.round(loudest).toString().replace("-", "−") })
      : tr("Microphone: nothing was heard. Say something and check again, or choose another microphone.") },
    { ok: !bluetooth, text: bluetooth
      ? tr("This looks like a Bluetooth microphone: it arrives late and thin. A cable is better.")
      : tr("No Bluetooth microphone. Wear headphones: your partner's voice must not get into your microphone.") },
    { ok: minutes >= 20, text: tr("Space in this browser: {size} MB, about {minutes} minutes of play.", { size: Math.round(free), minutes }) },
    { ok: crossOriginIsolated, text: crossOriginIsolated
      ? tr("Clock: steps of 5 µs.")
      : tr("Clock: coarse (100 µs). Another tab or an extension may be in the way.") },
  ];
  const found = { width, height, frameRate, loudest_db: Math.round(loudest), free_mb: Math.round(free), kept, bluetooth,
    isolated: crossOriginIsolated, tier: tierHere(), sample_rate: voice.getSettings().sampleRate ?? 0 };
  return { rows, found };
}

/** The loudest moment of the next seconds, in dB below full scale. @param {MediaStreamTrack} voice */
async function loudestDb(voice) {
  const audio = new AudioContext();
  const analyser = audio.createAnalyser();
  audio.createMediaStreamSource(new MediaStream([voice])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let loudest = 1e-6;
  for (const end = performance.now() + SOUND_SECONDS * 1000; performance.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 40));
    analyser.getFloatTimeDomainData(samples);
    for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample));
  }
  await audio.close();
  return 20 * Math.log10(loudest);
}

/** @param {string} name of the browser's refusal */
function refusal(name) {
  if (name === "NotAllowedError") return tr("Your browser did not allow camera and microphone. Allow them beside the address, then check again.");
  if (name === "NotFoundError") return tr("No camera or no microphone was found. Plug one in, then check again.");
  if (name === "NotReadableError") return tr("Another program holds the camera or the microphone. Close it, then check again.");
  return tr("Camera and microphone could not be opened. Check them, then try again.");
}
