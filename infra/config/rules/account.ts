import { LONGEST_ENVIRONMENT } from "../../core/aws/names";
import { printGiven } from "../paths";
import { onAws, type Rule } from "./rule";

/** Names of buckets, keys and roles are made of the account and the environment's name, so both must be known and fit. */

export const accountIsNamed: Rule = onAws(({ config: { environment } }) =>
  environment.account === undefined
    ? [
        {
          path: "environment.account",
          given: "missing",
          allowed: "12 digits in quotation marks, required on platform aws",
          fix: 'add `account: "<your account>"` (aws sts get-caller-identity --query Account)',
        },
      ]
    : [],
);

/** What a bucket name can be made of. */
const NAME = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;

export const environmentNameFitsBuckets: Rule = onAws(({ name }) =>
  NAME.test(name) && name.length <= LONGEST_ENVIRONMENT
    ? []
    : [
        {
          path: "--stack",
          given: printGiven(name),
          allowed: `1 to ${LONGEST_ENVIRONMENT} lower-case letters, digits and hyphens on platform aws, because bucket names are made of it`,
          fix: "rename the stack file, and the stack if it exists (pulumi stack rename)",
        },
      ],
);
