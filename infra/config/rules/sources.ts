import type { Problem } from "../../core/errors";
import { printGiven } from "../paths";
import { eachModel, type Rule } from "./rule";

const HUB = /^hf:\/\/[^@]+(?:@(.*))?$/;
const ARTIFACT = /^oci:\/\/[^@]+(?:@(.*))?$/;

function unpinned(source: string, path: string): Problem[] {
  const hub = HUB.exec(source);
  if (hub && !/^[0-9a-f]{40}$/.test(hub[1] ?? ""))
    return [
      {
        path,
        given: hub[1] ? `${printGiven(hub[1])} is not a pin` : `${printGiven(source)} has no revision`,
        allowed: "a commit of 40 hex digits; branches and tags move",
        fix: "pin it again; homeport pin resolves a branch to its commit",
      },
    ];
  const artifact = ARTIFACT.exec(source);
  if (artifact && !/^sha256:[0-9a-f]{64}$/.test(artifact[1] ?? ""))
    return [
      {
        path,
        given: `${printGiven(source)} has no digest`,
        allowed: "oci://registry/name@sha256:<64 hex>; a tag moves",
        fix: "pin it again; homeport pin resolves a tag to its digest",
      },
    ];
  return [];
}

/** Where weights came from is named exactly, so that the same can be fetched again. */
export const sourcesArePinned: Rule = eachModel((model, name, { releases }) =>
  Object.keys(model.releases).flatMap((release) => {
    const file = releases[name]?.[release];
    return file
      ? unpinned(file.content.weights.source, `stacks/releases/${name}/${release}.json#content.weights.source`)
      : [];
  }),
);
