// The waveform, drawn by wavesurfer.js from peaks that the container wrote. The audio itself is never loaded for it.

import WaveSurfer from "../vendor/wavesurfer.js-7.12.12/wavesurfer.esm.js";

const HEIGHT = 72;

/**
 * Draw the waveform of a recording. A click seeks.
 *
 * @param container the element that shows it.
 * @param audio the audio element, which has a source.
 * @param peaks for each channel a list of numbers from -1 to 1.
 * @param seconds the length of the recording.
 * @param nonce the nonce with which the page may add styles.
 */
export function drawWaveform({ container, audio, peaks, seconds, nonce }) {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return WaveSurfer.create({
    container,
    media: audio,
    peaks,
    duration: seconds,
    height: HEIGHT,
    normalize: true,
    dragToSeek: true,
    hideScrollbar: true,
    splitChannels: peaks.length > 1 ? peaks.map(() => ({})) : undefined,
    waveColor: colour("--quiet"),
    progressColor: colour("--link"),
    cursorColor: colour("--bad"),
    cspNonce: nonce,
  });
}
