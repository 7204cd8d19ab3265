import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { LoadedStack } from "../../../infra/config/schema";
import type { Place } from "../../../infra/core/aws/names";
import { InputError, OperationError } from "../../../infra/core/errors";
import { awsClient } from "./client";

/** The regions of an AWS environment, the first one leads. Throws InputError on any other platform. */
export function placesOf({ name, config }: LoadedStack): [Place, ...Place[]] {
  const { platform, account } = config.environment;
  const [first, ...others] = config.regions;
  if (platform !== "aws" || account === undefined || first === undefined)
    throw new InputError([
      {
        path: "environment.platform",
        given: platform,
        allowed: "aws, for this command",
        fix: "on another cluster bring your own bucket and registry",
      },
    ]);
  const place = (region: string): Place => ({ environment: name, account, region });
  return [place(first), ...others.map(place)];
}

/**
 * The regions that answer. What a lost one holds is left as it is, and its silence must not stop the others: when a region
 * is away is when the rest needs a new image or release most.
 */
export function reachablePlaces(stack: LoadedStack): [Place, ...Place[]] {
  const all = placesOf(stack);
  const [first = all[0], ...others] = all.filter(({ region }) => stack.config.regionStates[region] !== "lost");
  return [first, ...others];
}

/** Throws unless the shell's credentials belong to the environment's account. */
export async function requireAccount({ account, region }: Place): Promise<void> {
  const sts = awsClient(STSClient, { region });
  try {
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}));
    if (Account === account) return;
    throw new OperationError(
      `these credentials belong to account ${Account} (${Arn}), environment.account is ${account}`,
      "choose the right profile (AWS_PROFILE), or correct the stack file",
    );
  } finally {
    sts.destroy();
  }
}
