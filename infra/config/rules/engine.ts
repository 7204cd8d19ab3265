import type { Problem } from "../../core/errors";
import { faultsOf, floorOf } from "../../core/floors";
import type { StackConfig } from "../schema";
import { eachRunning, type Rule } from "./rule";

const FLOOR_CHECK = "engine-floor";
const CHECKS = [FLOOR_CHECK];

const waiverOf = (check: string, { environment }: StackConfig) => environment.waivers.find((w) => w.check === check);

/** An engine with known serious faults does not start, unless somebody took the risk until a date. */
export const engineIsAboveItsFloor: Rule = eachRunning(({ file, path }, { config, today }): Problem[] => {
  const { version } = file.content.engine;
  const faults = faultsOf("vllm", version);
  const waiver = waiverOf(FLOOR_CHECK, config);
  if (faults.length === 0 || (waiver !== undefined && waiver.until >= today)) return [];
  const list = faults.map((f) => `${f.advisory} (${f.risk}; fixed in ${f.fixedIn})`).join(", ");
  const expired = waiver ? `the waiver ended on ${waiver.until}; ` : "";
  return [
    {
      path: `${path}.engine.version`,
      given: `vllm ${version} has ${list}`,
      allowed: `vllm ${floorOf("vllm")} or newer`,
      fix: `${expired}pin it again with a newer engine, or take the risk for a time: environment.waivers: [{ check: ${FLOOR_CHECK}, until: <date>, reason: <why> }]`,
    },
  ];
});

export const waiversNameChecks: Rule = ({ config }) =>
  config.environment.waivers.flatMap((waiver, i) =>
    CHECKS.includes(waiver.check)
      ? []
      : [
          {
            path: `environment.waivers[${i}].check`,
            given: `'${waiver.check}'`,
            allowed: `a check that can be waived: ${CHECKS.join(", ")}`,
            fix: "correct the name, or remove the waiver",
          },
        ],
  );

/** Code from a model repository is code that nobody pinned or read. */
export const regulatedRunsNoRepositoryCode: Rule = eachRunning(({ file, path }, { config }) => {
  if (config.environment.profile !== "regulated") return [];
  const { content } = file;
  const places: [string, boolean][] = [
    [`${path}.arguments.trust-remote-code`, isOn(content.arguments["trust-remote-code"])],
    ...Object.entries(content.variants).map(([name, variant]): [string, boolean] => [
      `${path}.variants.${name}.arguments.trust-remote-code`,
      isOn(variant.arguments["trust-remote-code"]),
    ]),
  ];
  return places
    .filter(([, on]) => on)
    .map(([place]) => ({
      path: place,
      given: "true",
      allowed: "forbidden under environment.profile regulated",
      fix: "pin a model that runs without repository code, or use another profile",
    }));
});

const isOn = (value: unknown): boolean => value === true || value === "true" || value === "";
