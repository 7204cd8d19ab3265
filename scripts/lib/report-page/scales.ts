/** From values to pixels. */
export type Scale = (value: number) => number;

export const linear =
  ([from, to]: readonly [number, number], [start, end]: readonly [number, number]): Scale =>
  (value) =>
    start + ((value - from) / (to - from || 1)) * (end - start);

export const logarithmic = (domain: readonly [number, number], range: readonly [number, number]): Scale => {
  const inner = linear([Math.log10(domain[0]), Math.log10(domain[1])], range);
  return (value) => inner(Math.log10(value));
};

/** About `count` round values from `from` to `to`. */
export function ticks(from: number, to: number, count: number): number[] {
  const raw = (to - from) / count || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((n) => n * power >= raw) ?? 10);
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step + 1e-9) + 1 }, (_, i) => first + i * step);
}

/** Powers of ten within the domain. */
export function decades(from: number, to: number): number[] {
  const first = Math.ceil(Math.log10(from) - 1e-9);
  const last = Math.floor(Math.log10(to) + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 10 ** (first + i));
}

/**
 * Labels that would lie on each other are moved apart: their y in pixels, in the order given, `gap` or more between any
 * two and none below `lowest`.
 */
export function spread(wanted: readonly number[], gap: number, lowest: number): number[] {
  const order = wanted.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y);
  for (const [at, label] of order.entries()) label.y = Math.max(label.y, (order[at - 1]?.y ?? -Infinity) + gap);
  for (let at = order.length - 1; at >= 0; at--)
    order[at]!.y = Math.min(order[at]!.y, (order[at + 1]?.y ?? lowest + gap) - gap);
  return wanted.map((_, i) => order.find((label) => label.i === i)!.y);
}
