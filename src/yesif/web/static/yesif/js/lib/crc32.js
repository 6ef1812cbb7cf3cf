// @ts-check
// CRC-32 as zlib and IEEE 802.3 have it: what every record of a take log ends its header with.

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/**
 * The checksum of several pieces, as if they were one.
 * @param {...Uint8Array} pieces
 * @returns {number} unsigned, 32 bits
 */
export function crc32(...pieces) {
  let value = 0xffffffff;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at++) value = (value >>> 8) ^ TABLE[(value ^ piece[at]) & 0xff];
  }
  return (value ^ 0xffffffff) >>> 0;
}
