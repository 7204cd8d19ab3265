import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  GetKeyRotationStatusCommand,
  type KeyMetadata,
  KMSClient,
  paginateListKeys,
} from "@aws-sdk/client-kms";
import { type KeyPurpose, keyAlias, keyAliasArn, type Place } from "../../../infra/core/aws/names";
import { awsClient, isMissing } from "../aws/client";
import type { Found, Item } from "./item";

/** A customer key under a known alias, rotated every year. Stateful: whoever deletes it deletes what it encrypts. */
export function keyItem(place: Place, purpose: KeyPurpose, tags: Readonly<Record<string, string>>): Item {
  const kms = awsClient(KMSClient, { region: place.region });
  const AliasName = keyAlias(place, purpose);
  /** Says which key is ours while it has no alias yet. */
  const Description = `Homeport ${place.environment}: ${purpose}`;
  const describe = async (KeyId: string): Promise<KeyMetadata | undefined> => {
    try {
      return (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };

  /** One that an interrupted run made and did not come to name. */
  async function unnamed(): Promise<string | undefined> {
    for await (const { Keys = [] } of paginateListKeys({ client: kms }, {}))
      for (const { KeyId = "" } of Keys) {
        const key = await describe(KeyId).catch(() => undefined); // somebody else's, closed to us
        if (key?.Description === Description && key.KeyState === "Enabled") return KeyId;
      }
    return undefined;
  }

  async function make(): Promise<void> {
    const Tags = Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
    const made = async () => (await kms.send(new CreateKeyCommand({ Description, Tags }))).KeyMetadata?.KeyId;
    const TargetKeyId = (await unnamed()) ?? (await made());
    await kms.send(new EnableKeyRotationCommand({ KeyId: TargetKeyId }));
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId }));
  }

  async function look(): Promise<Found> {
    const key = await describe(keyAliasArn(place, purpose));
    if (key?.KeyId === undefined) return { todo: [{ what: "key and alias", run: make }], differs: [] };
    const wanted = {
      KeyState: "Enabled",
      KeyManager: "CUSTOMER",
      KeySpec: "SYMMETRIC_DEFAULT",
      AWSAccountId: place.account,
    };
    const differs = Object.entries(wanted)
      .filter(([field, value]) => key[field as keyof typeof wanted] !== value)
      .map(([field, value]) => `${field} is ${key[field as keyof typeof wanted]}, must be ${value}`);
    if (differs.length > 0) return { todo: [], differs };
    const KeyId = key.KeyId;
    const { KeyRotationEnabled } = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
    const rotate = { what: "yearly rotation", run: () => kms.send(new EnableKeyRotationCommand({ KeyId })) };
    return { todo: KeyRotationEnabled ? [] : [rotate], differs: [] };
  }

  return { name: `key ${AliasName}`, region: place.region, look };
}
