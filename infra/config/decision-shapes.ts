import { SHAPES } from "../core/catalogue/shapes";
import { nearest } from "../core/did-you-mean";
import type { Problem } from "../core/errors";
import type { DecisionFile } from "./decision-file";

/** Regions and instance types that a decision names: a slip in one would read as "own models fit nowhere". */
export function shapeProblems({ region, candidates, fleet }: DecisionFile): Problem[] {
  const regions = [...new Set(SHAPES.flatMap((shape) => shape.regions))].sort();
  if (!regions.includes(region))
    return unknown("region", region, regions, "a region in which shapes with GPUs are sold");
  const types = SHAPES.filter((shape) => shape.regions.includes(region)).map(({ type }) => type);
  const named: [string, string | undefined][] = [
    ...candidates.flatMap(({ instanceTypes = [], measured }, i): [string, string | undefined][] => [
      ...instanceTypes.map((type, j): [string, string] => [`candidates[${i}].instanceTypes[${j}]`, type]),
      [`candidates[${i}].measured.instanceType`, measured?.instanceType],
    ]),
    ["fleet.spot.instanceType", fleet.spot?.instanceType],
    ["fleet.plan.instanceType", fleet.plan?.instanceType],
  ];
  return named.flatMap(([path, type]) =>
    type === undefined || types.includes(type)
      ? []
      : unknown(path, type, types, `a type with GPUs that ${region} sells`),
  );
}

function unknown(path: string, given: string, known: readonly string[], allowed: string): Problem[] {
  const meant = nearest(given, known);
  return [{ path, given, allowed, fix: meant ? `did you mean \`${meant}\`?` : `one of ${known.join(", ")}` }];
}
