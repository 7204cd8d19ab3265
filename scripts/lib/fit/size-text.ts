const GiB = 2 ** 30;

/** Bytes for a reader: `131.4 GiB`, `4.2 MiB`. */
export const sizeText = (bytes: number): string =>
  bytes < 0.1 * GiB ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / GiB).toFixed(1)} GiB`;
