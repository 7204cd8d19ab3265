import { clusterName, type Place } from "../../../core/aws/names";

/** What of a cluster is known only when it is there. Outputs in the program, plain in commands. */
export interface ClusterAddress<T> {
  endpoint: T;
  /** Base64, as EKS gives it. */
  certificateAuthority: T;
}

/**
 * How this machine reaches a cluster. No token: the AWS CLI makes one for every call, from whatever credentials the shell
 * has. Through the tunnel the server is this machine, and its certificate is still checked against the endpoint's name.
 * Nothing here depends on the machine, or a preview elsewhere would replace the provider and all below it.
 */
export function kubeconfig<T>(
  place: Place,
  { endpoint, certificateAuthority }: ClusterAddress<T>,
  tunnel?: { serverName: T; port: number },
) {
  const name = place.region;
  const server =
    tunnel === undefined
      ? { server: endpoint }
      : { server: `https://127.0.0.1:${tunnel.port}`, "tls-server-name": tunnel.serverName };
  const args = ["eks", "get-token", "--region", place.region, "--cluster-name", clusterName(place), "--output", "json"];
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name, cluster: { ...server, "certificate-authority-data": certificateAuthority } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "aws",
            args,
            interactiveMode: "Never",
          },
        },
      },
    ],
  };
}
