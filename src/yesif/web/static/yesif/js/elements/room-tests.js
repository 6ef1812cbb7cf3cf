// @ts-check
// Two tests of a room: does what the speakers play come back by the microphone, and is there light on a face.

import { tr } from "../lib/words.js";

const SOUND_S = 2;
const TONE_HZ = 1000;
const LEAKS_DB = 12; // the tone stands out of the room's own sound by more than this: no headphones, or leaking ones
const DARK = 60; // of 255
const BRIGHT = 215;

/** Play a soft tone and listen for it. @param {MediaStreamTrack} voice */
export async function leak(voice) {
  const audio = new AudioContext();
  const analyser = audio.createAnalyser();
  analyser.fftSize = 4096;
  audio.createMediaStreamSource(new MediaStream([voice])).connect(analyser);
  const before = await level(analyser, audio.sampleRate, 1);
  const tone = audio.createOscillator();
  const quiet = audio.createGain();
  quiet.gain.value = 0.15;
  tone.frequency.value = TONE_HZ;
  tone.connect(quiet).connect(audio.destination);
  tone.start();
  const during = await level(analyser, audio.sampleRate, SOUND_S);
  tone.stop();
  await audio.close();
  const rise = Math.round(during - before);
  if (rise <= LEAKS_DB) return { ok: true, text: tr("Headphones: the tone we played did not come back by your microphone.") };
  return { ok: false, text: tr("Headphones: the tone came back by your microphone, {rise} dB above the room. Wear headphones, or turn them down.", { rise }) };
}

/** The loudest the tone's own band gets, in dB. @param {AnalyserNode} analyser @param {number} rate @param {number} seconds */
async function level(analyser, rate, seconds) {
  const bins = new Float32Array(analyser.frequencyBinCount);
  const bin = Math.round((TONE_HZ * analyser.fftSize) / rate);
  let loudest = -140;
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    analyser.getFloatFrequencyData(bins);
    loudest = Math.max(loudest, bins[bin]);
  }
  return Math.max(-140, loudest);
}

/** How light the middle of the picture is, where a face is. @param {HTMLVideoElement} look */
export async function light(look) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [64, 36];
  const picture = canvas.getContext("2d", { willReadFrequently: true });
  if (!picture) return { ok: false, text: tr("Light: this browser could not look at the picture.") };
  picture.drawImage(look, 0, 0, canvas.width, canvas.height);
  const middle = mean(picture.getImageData(20, 6, 24, 24).data);
  const around = mean(picture.getImageData(0, 0, 64, 36).data);
  if (middle < DARK) return { ok: false, text: tr("Light: dark ({value} of 255). Turn a lamp on in front of you.", { value: Math.round(middle) }) };
  if (middle > BRIGHT) return { ok: false, text: tr("Light: too bright ({value} of 255). Turn away from the lamp a little.", { value: Math.round(middle) }) };
  if (around - middle > 40) return { ok: false, text: tr("Light: brighter behind you than on your face. Turn so that the window is in front of you.") };
  return { ok: true, text: tr("Light: well lit ({value} of 255).", { value: Math.round(middle) }) };
}

/** @param {Uint8ClampedArray} pixels RGBA */
function mean(pixels) {
  let sum = 0;
  for (let at = 0; at < pixels.length; at += 4) sum += 0.2126 * pixels[at] + 0.7152 * pixels[at + 1] + 0.0722 * pixels[at + 2];
  return sum / (pixels.length / 4);
}
