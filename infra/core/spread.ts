/**
 * `count` over `places` as evenly as can be, the first ones first: [1, 1, 0] for 2 over 3. A further place takes from the
 * others and never gives to them.
 */
export const spread = (count: number, places: number): number[] =>
  Array.from({ length: places }, (_, i) => Math.ceil(Math.max(0, count - i) / places));
