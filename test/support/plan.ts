import type { PlannedResource } from "../../scripts/lib/render/recorder";

/** Precise questions to a plan: an answer that is not exactly one resource is an error. */
export class Plan {
  constructor(readonly resources: readonly PlannedResource[]) {}

  only(type: string, name?: string): PlannedResource {
    const found = this.resources.filter((r) => r.type === type && (name === undefined || r.name.endsWith(name)));
    if (found.length !== 1) throw new Error(`${found.length} resources ${type} ${name ?? ""}`);
    return found[0] as PlannedResource;
  }

  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { type } of this.resources) counts[type] = (counts[type] ?? 0) + 1;
    return counts;
  }

  urns(): string[] {
    return this.resources.map(({ urn }) => urn).sort();
  }

  /** Types and names of what differs between two plans in anything but its place in the order. */
  changedTo(other: Plan): string[] {
    const before = new Map(this.resources.map((r) => [r.urn, JSON.stringify(r.inputs)]));
    return other.resources
      .filter(({ urn, inputs }) => before.has(urn) && before.get(urn) !== JSON.stringify(inputs))
      .map(({ type, name }) => `${type} ${name}`);
  }
}
