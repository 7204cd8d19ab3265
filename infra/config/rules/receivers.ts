import type { Problem } from "../../core/errors";
import type { Rule } from "./rule";

/** Outside AWS nobody sends mail for us, and there is no managed Prometheus. */
export const metricsHaveAPlace: Rule = ({ config: { environment, monitoring } }) =>
  environment.platform === "kubernetes" && monitoring.prometheus === "managed"
    ? [
        {
          path: "monitoring.prometheus",
          given: "managed",
          allowed: "cluster or none on platform kubernetes",
          fix: "write `cluster`",
        },
      ]
    : [];

export const mailNeedsAws: Rule = ({ config: { environment, monitoring } }) =>
  environment.platform === "aws"
    ? []
    : Object.entries(monitoring.receivers).flatMap(([name, { email }]): Problem[] =>
        email === undefined
          ? []
          : [
              {
                path: `monitoring.receivers.${name}.email`,
                given: email,
                allowed: "only a `webhook` on platform kubernetes, where nothing sends mail",
                fix: "give a `webhook` of the service that does",
              },
            ],
      );
