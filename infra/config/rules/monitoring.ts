import { nearest } from "../../core/did-you-mean";
import type { Problem } from "../../core/errors";
import type { Rule } from "./rule";

/** An alarm that reaches nobody is no alarm. */

export const alertsHaveReceivers: Rule = ({ config: { monitoring } }) => {
  const known = Object.keys(monitoring.receivers);
  return monitoring.alertTo.flatMap((name, i): Problem[] => {
    const path = `monitoring.alertTo[${i}]`;
    if (monitoring.alertTo.indexOf(name) !== i)
      return [{ path, given: `'${name}' again`, allowed: "each receiver once", fix: "remove the second one" }];
    if (known.includes(name)) return [];
    const meant = nearest(name, known);
    return [
      {
        path,
        given: `'${name}' is not a receiver`,
        allowed: known.length === 0 ? "monitoring.receivers is empty" : `one of ${known.join(", ")}`,
        fix: meant ? `did you mean \`${meant}\`?` : `add it: receivers: { ${name}: { email: <address> } }`,
      },
    ];
  });
};

export const receiversHaveATarget: Rule = ({ config: { monitoring } }) =>
  Object.entries(monitoring.receivers).flatMap(([name, { email, webhook }]) =>
    email === undefined && webhook === undefined
      ? [
          {
            path: `monitoring.receivers.${name}`,
            given: "no target",
            allowed: "an `email`, a `webhook`, or both",
            fix: "add `email: ml-oncall@example.com`",
          },
        ]
      : [],
  );
