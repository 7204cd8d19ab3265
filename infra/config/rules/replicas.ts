import { runningReleases } from "../../core/pointers";
import { eachModel, type Rule } from "./rule";

/** High availability means that one pod may go at any time, on each release that answers or may have to. */
export const haHasTwoReplicas: Rule = eachModel((model, name) =>
  model.ha
    ? runningReleases(model).flatMap((release) => {
        const own = model.replicasOf[release];
        const count = own ?? model.replicas;
        const path = `models.${name}.${own === undefined ? "replicas" : `replicasOf.${release}`}`;
        return count >= 2
          ? []
          : [
              {
                path,
                given: `${count} for '${release}'`,
                allowed: "at least 2 with `ha: true`, so that one pod may go at any time",
                fix: "write 2 or more, or `ha: false`",
              },
            ];
      })
    : [],
);
