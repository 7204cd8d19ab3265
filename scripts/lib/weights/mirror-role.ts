import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { type Place, roleArn, roleName } from "../../../infra/core/aws/names";
import { awsClient } from "../aws/client";
import { terminal } from "../report";

type Provider = Extract<S3ClientConfig["credentials"], (...args: never) => unknown>;

/**
 * Credentials of the role that alone may write weights, taken anew before they run out. Undefined where it cannot be
 * assumed: before the first `up` there is none, and the caller's own rights count. `region`: where STS is asked.
 */
export async function mirrorCredentials(first: Place, region = first.region): Promise<Provider | undefined> {
  const RoleArn = roleArn(first, roleName(first, "mirror"));
  const provider = async () => {
    const sts = awsClient(STSClient, { region });
    try {
      const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "homeport-mirror" }));
      return {
        accessKeyId: Credentials?.AccessKeyId ?? "",
        secretAccessKey: Credentials?.SecretAccessKey ?? "",
        sessionToken: Credentials?.SessionToken,
        expiration: Credentials?.Expiration,
      };
    } finally {
      sts.destroy();
    }
  };
  try {
    await provider();
    return provider;
  } catch {
    terminal.note(
      `  ${RoleArn} cannot be assumed, so this shell's own rights count (there is no such role before \`up\`)`,
    );
    return undefined;
  }
}
