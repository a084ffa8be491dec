/**
 * The n-th number of mulberry32 (Tommy Ettinger, public domain) for a seed, from 0 up to but not 1. Asked by number
 * instead of in turn, so that what was drawn for a connection can be told again without having been kept.
 */
export function randomAt(seed: number, n: number): number {
  let t = (seed + Math.imul(n, 0x6d2b79f5)) | 0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}
