import type { Problem } from "../../core/errors";
import { onAws, type Rule } from "./rule";

/** EKS keeps one access entry per role; a second one is refused when the cluster is there already. */
export const rolesHaveOneAccess: Rule = onAws(({ config: { cluster } }) => {
  const places = (["admins", "viewers"] as const).flatMap((list) =>
    cluster[list].map((role, i) => ({ path: `cluster.${list}[${i}]`, role })),
  );
  return places.flatMap(({ path, role }, i): Problem[] => {
    const first = places.findIndex((place) => place.role === role);
    return first === i
      ? []
      : [
          {
            path,
            given: "the same role again",
            allowed: `each role once, and ${places[first]?.path} has it`,
            fix: "remove one of the two",
          },
        ];
  });
});
