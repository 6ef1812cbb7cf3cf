// @ts-check
// What the room needs of whatever carries the live picture and sound between performers. Drivers: p2p-transport.js.
// The recording never passes here: each performer's own browser records at full quality, whatever the line does.

/**
 * Events: `remote` {stream} when the partner is seen or heard · `state` {connected: boolean} ·
 * `ping` {ping: import("../lib/clock-fit.js").Ping} a round trip between the two browsers' clocks.
 *
 * @typedef {object} RoomTransport
 * @property {(media: {camera: MediaStreamTrack | null, voice: MediaStreamTrack | null}) => Promise<void>} send
 *   what the partner shall see and hear; may be called again with other tracks
 * @property {(partner: {page: string, polite: boolean}) => void} meet the partner's page is here: connect; if it is the
 *   page we know, mend what the break of either line to the studio may have broken. The partner's line to the studio
 *   going is no reason to hang up: picture and sound do not pass there
 * @property {(message: {from: string, description?: RTCSessionDescriptionInit, candidate?: RTCIceCandidateInit | null}) => Promise<void>} hear
 *   what the partner's page said over the room's socket
 * @property {() => MediaStreamTrack | null} heard the partner's sound as it is received
 * @property {() => void} close
 */

/** The live picture is small on purpose: the recording is the product, and a large call costs it frames (measured). */
export const LIVE = { height: 360, bitrate: 800_000, frameRate: 30 };

export {};
