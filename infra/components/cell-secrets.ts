import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import type { PulumiStack } from "../config/load";
import { keysSecretName, NAMESPACES } from "../core/names";
import { CREDENTIALS_SECRET } from "../values/node-cache";
import type { KeysByPolicy } from "./client-keys";
import type { InCell } from "./rendered-chart";

type SecretSources = Pick<PulumiStack, "config" | "secrets"> & { keys: KeysByPolicy };

/** The Secrets of one cell: client keys per policy, and the bucket's keys where it has any. */
export class CellSecrets extends pulumi.ComponentResource {
  constructor(region: string, { config, secrets, keys }: SecretSources, { parent, dependsOn = [] }: InCell) {
    super("homeport:kubernetes:CellSecrets", region, {}, { parent });
    const labels = {
      "app.kubernetes.io/part-of": "homeport",
      "app.kubernetes.io/managed-by": "homeport",
      "homeport.dev/owner": config.environment.owner,
    };
    const secret = (namespace: string, name: string, stringData: Record<string, pulumi.Input<string>>) =>
      new Secret(
        `${region}/${namespace}/${name}`,
        { metadata: { namespace, name, labels }, type: "Opaque", stringData },
        { parent: this, dependsOn: [...dependsOn] },
      );
    for (const [policy, clients] of Object.entries(keys)) secret(NAMESPACES.models, keysSecretName(policy), clients);
    const { accessKeyId, secretAccessKey } = config.weights;
    if (accessKeyId !== undefined && secretAccessKey !== undefined)
      secret(NAMESPACES.node, CREDENTIALS_SECRET, {
        accessKeyId,
        secretAccessKey: secrets.get("weights.secretAccessKey") ?? secretAccessKey,
      });
    this.registerOutputs();
  }
}
