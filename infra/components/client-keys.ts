import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import type { PulumiStack } from "../config/load";

/** Path of a client's key in the stack file: how it is named in config, plan and placeholders. */
const keyPath = (policy: string, client: string): string => `policies.${policy}.clients.${client}.key`;

/** Policy -> client -> key. */
export type KeysByPolicy = Readonly<Record<string, Readonly<Record<string, pulumi.Output<string>>>>>;

/**
 * Every client's API key, the same in all regions: the one from the stack file, or a generated one that lasts until
 * `rotation` is raised. **Stateful:** generated keys live in the stack's state, encrypted.
 */
export class ClientKeys extends pulumi.ComponentResource {
  readonly keys: KeysByPolicy;

  constructor(name: string, { config, secrets }: Pick<PulumiStack, "config" | "secrets">) {
    super("homeport:keys:ClientKeys", name);
    this.keys = mapValues(config.policies, ({ clients, rotation }, policy) =>
      mapValues(clients, ({ key }, client) => {
        const path = keyPath(policy, client);
        return key === undefined ? this.generated(path, rotation) : (secrets.get(path) ?? pulumi.secret(`${key}`));
      }),
    );
    this.registerOutputs();
  }

  /** 48 letters and digits: 285 bits, and nothing that a shell or a header would have to quote. */
  private generated(path: string, rotation: number): pulumi.Output<string> {
    const args = { length: 48, special: false, keepers: { rotation: `${rotation}` } };
    return new RandomPassword(path, args, { parent: this }).result;
  }
}

const mapValues = <V, W>(record: Readonly<Record<string, V>>, change: (value: V, key: string) => W) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)])) as Record<string, W>;
