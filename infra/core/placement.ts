import type { ReleaseContent, Variant } from "./release";

/** What placement needs of a pool. */
interface PoolClass {
  gpuClass: string;
}

export interface Placement {
  variantName: string;
  variant: Variant;
  pool: string;
}

/**
 * Where a release can run: pairs of one of its variants and a pool of the same accelerator class, one pair per pool.
 * Of several variants for one pool the one with the fewest GPUs counts.
 */
export function placementsOf(
  content: ReleaseContent,
  pools: Readonly<Record<string, PoolClass>>,
  wantedPool?: string,
): Placement[] {
  const variants = Object.entries(content.variants).sort(
    ([a, v], [b, w]) => v.tensorParallel - w.tensorParallel || (a < b ? -1 : 1),
  );
  const names = Object.keys(pools).sort();
  return names
    .filter((pool) => wantedPool === undefined || pool === wantedPool)
    .flatMap((pool) => {
      const match = variants.find(([, variant]) => variant.gpuClass === pools[pool]?.gpuClass);
      return match ? [{ variantName: match[0], variant: match[1], pool }] : [];
    });
}
