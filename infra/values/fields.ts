import { z } from "zod";

/** Small types that several charts' values share. */

/** RFC 1123 label. */
export const KubernetesName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);

/** Kubernetes quantity: `100m`, `512Mi`, `0.5`. */
export const Quantity = z.string().regex(/^[0-9]+(\.[0-9]+)?(m|Ki|Mi|Gi|Ti)?$/);

export const Port = z.int().min(1).max(65_535);

export const Toleration = z.strictObject({
  key: z.string(),
  operator: z.enum(["Exists", "Equal"]),
  value: z.string().optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
});

/** GiB as a quantity in whole MiB, because Kubernetes prints fractions of a byte otherwise. */
export const gib = (value: number): string =>
  Number.isInteger(value) ? `${value}Gi` : `${Math.round(value * 1024)}Mi`;

/** Cores as a quantity: `4`, `300m`. */
export const cores = (value: number): string => (Number.isInteger(value) ? `${value}` : `${Math.round(value * 1000)}m`);
