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

/** Nobody gets rights in a cluster by having made it (decision 0075), so somebody must be named. */
export const clustersHaveAdmins: Rule = onAws(({ config: { cluster, environment } }) =>
  cluster.admins.length > 0
    ? []
    : [
        {
          path: "cluster.admins",
          given: "nobody",
          allowed: "at least the IAM role that runs `pulumi up`",
          fix: `add \`cluster: { admins: [arn:aws:iam::${environment.account ?? "<account>"}:role/<role>] }\``,
        },
      ],
);
