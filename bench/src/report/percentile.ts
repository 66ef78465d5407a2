/** The smallest value that at least `percent` of all values do not exceed. `sorted` ascends; of nothing it is NaN. */
export function percentile(sorted: Float64Array, percent: number): number {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}
