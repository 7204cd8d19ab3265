import type { Place } from "../../../infra/core/aws/names";
import { ecrRegistry, type Registry, replicaSecondsOf } from "./mirror";

/** The account's registries of all regions, and how long the first one may take to replicate into the others. */
export async function accountRegistries(
  places: readonly [Place, ...Place[]],
): Promise<{ registries: Registry[]; replicaSeconds: number }> {
  const registries = await Promise.all(places.map(ecrRegistry));
  return { registries, replicaSeconds: places.length > 1 ? await replicaSecondsOf(places[0]) : 0 };
}
