import { nearest } from "../../core/did-you-mean";
import type { Problem } from "../../core/errors";
import type { ModelConfig } from "../schema";
import { eachModel, type Rule } from "./rule";

/** Every pointer of a model with its path. */
const pointersOf = (model: ModelConfig, name: string): { path: string; release: string }[] => [
  { path: `models.${name}.live`, release: model.live },
  ...model.previous.map((release, i) => ({ path: `models.${name}.previous[${i}]`, release })),
  ...(model.candidate ? [{ path: `models.${name}.candidate.release`, release: model.candidate.release }] : []),
];

function unpinned(path: string, release: string, model: ModelConfig, name: string): Problem {
  const known = Object.keys(model.releases);
  const meant = nearest(release, known);
  return {
    path,
    given: `'${release}' is not pinned here`,
    allowed:
      known.length === 0 ? `models.${name}.releases is empty` : `models.${name}.releases has ${known.join(", ")}`,
    fix: meant ? `did you mean \`${meant}\`?` : `pin it: homeport pin ${name} ${release} <source>`,
  };
}

export const pointersArePinned: Rule = eachModel((model, name) =>
  [
    ...pointersOf(model, name),
    ...Object.keys(model.replicasOf).map((release) => ({ path: `models.${name}.replicasOf.${release}`, release })),
  ]
    .filter(({ release }) => !Object.hasOwn(model.releases, release))
    .map(({ path, release }) => unpinned(path, release, model, name)),
);

/** A release that was taken back must not serve again by an old line in a file; staged, it gets no requests. */
export const withdrawnReleasesStayAway: Rule = eachModel((model, name) =>
  pointersOf(model.candidate?.step === "staged" ? { ...model, candidate: undefined } : model, name)
    .filter(({ release }) => Object.hasOwn(model.withdrawn, release))
    .map(({ path, release }) => ({
      path,
      given: `'${release}' was withdrawn: ${model.withdrawn[release]}`,
      allowed: "a release that was not withdrawn",
      fix: `point at another one; or, once its fault is understood, remove it from models.${name}.withdrawn`,
    })),
);

/** One release has one place: two pointers at it would make a rollback go nowhere. */
export const pointersAreDistinct: Rule = eachModel((model, name) => {
  const pointers = pointersOf(model, name);
  return pointers.flatMap(({ path, release }, i) => {
    const first = pointers.findIndex((p) => p.release === release);
    return first === i
      ? []
      : [
          {
            path,
            given: `'${release}' again`,
            allowed: `each release once, and ${pointers[first]?.path} has it`,
            fix: "remove one of the two",
          },
        ];
  });
});

export const candidatePercentBelongsToCanary: Rule = eachModel(({ candidate }, name) => {
  const path = `models.${name}.candidate.percent`;
  if (candidate?.step === "canary" && candidate.percent === undefined)
    return [{ path, given: "missing", allowed: "required at step canary, from 1 to 99", fix: "add `percent: 5`" }];
  if (candidate?.step === "staged" && candidate.percent !== undefined)
    return [
      {
        path,
        given: `${candidate.percent} %`,
        allowed: "a staged candidate gets no requests",
        fix: "remove it, or write `step: canary`",
      },
    ];
  return [];
});
