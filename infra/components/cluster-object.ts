import { version } from "@pulumi/kubernetes/package.json";
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../core/kubernetes-object";

/** The provider's token for an object: `kubernetes:core/v1:Service`, `kubernetes:apps/v1:Deployment`. */
const tokenOf = ({ apiVersion, kind }: Pick<KubernetesObject, "apiVersion" | "kind">): string =>
  `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;

/** Unique within one region and kind, and the same in every run: an object that moves in a file is not replaced. */
const logicalName = (region: string, { metadata: { namespace, name } }: KubernetesObject): string =>
  [region, namespace, name].filter((part) => part !== undefined).join("/");

/**
 * One Kubernetes object of any kind. The generated classes of `@pulumi/kubernetes` take seconds to load and know no
 * custom kinds; the provider needs only the token and the fields.
 */
export class ClusterObject extends pulumi.CustomResource {
  constructor(region: string, object: KubernetesObject, opts: pulumi.CustomResourceOptions) {
    super(tokenOf(object), logicalName(region, object), { ...object }, pulumi.mergeOptions({ version }, opts));
  }
}
