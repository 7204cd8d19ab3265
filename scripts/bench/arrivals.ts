/** When the next request is meant to start, in ms after the one before; never depends on how the last one went. */
export type Arrivals = () => number;

/** Equal gaps. */
export const evenArrivals =
  (perSecond: number): Arrivals =>
  () =>
    1000 / perSecond;

/** A Poisson process, as independent users make one: `random` gives numbers in [0, 1). */
export const poissonArrivals =
  (perSecond: number, random: () => number = Math.random): Arrivals =>
  () =>
    (-Math.log(1 - random()) * 1000) / perSecond;
