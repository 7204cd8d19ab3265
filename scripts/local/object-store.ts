import { CreateBucketCommand, HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { OperationError } from "../../infra/core/errors";
import { poll } from "./command";
import { type Addresses, NODE_PORTS, STORE_REGION } from "./layout";

/** The local bucket as this machine's programs reach it. */
export interface ObjectStore {
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  bucket: string;
}

/** Names that a committed stack file can hold: the same in every checkout, whatever its addresses are. */
export const STORE = {
  namespace: "homeport-local",
  accessKeyId: "homeport",
  bucket: "homeport-weights",
  /** How pods reach it. */
  clusterEndpoint: `http://s3.homeport-local.svc.cluster.local:${NODE_PORTS.s3}`,
} as const;

/** Its secret key's name among the stored secrets: where the stack's configuration has it. */
export const STORE_SECRET = "weights.secretAccessKey";

/** Waits for the S3 server and makes the bucket unless it is there. */
export async function ensureStore(at: Addresses, secretAccessKey: string): Promise<ObjectStore> {
  const endpoint = `http://${at.nodeAddress}:${NODE_PORTS.s3}`;
  const store = {
    endpoint,
    region: STORE_REGION,
    accessKeyId: STORE.accessKeyId,
    secretAccessKey,
    bucket: STORE.bucket,
  };
  const client = new S3Client({
    endpoint,
    region: STORE_REGION,
    forcePathStyle: true,
    credentials: store,
    maxAttempts: 1,
  });
  const Bucket = STORE.bucket;
  const ready = await poll(async () => {
    const found = await client.send(new HeadBucketCommand({ Bucket })).then(
      () => true,
      () => false,
    );
    if (found) return true;
    await client.send(new CreateBucketCommand({ Bucket })).catch(() => undefined);
    return undefined;
  }, 20_000);
  client.destroy();
  if (ready) return store;
  throw new OperationError(`the S3 server at ${endpoint} does not answer`, "see 'homeport local logs s3'");
}

/** The server runs on the node, not in a pod; this gives it a name in the cluster. */
export function storeObjects(at: Addresses): object[] {
  const labels = { "app.kubernetes.io/name": "s3", "app.kubernetes.io/part-of": "homeport-local" };
  const metadata = { name: "s3", namespace: STORE.namespace, labels };
  const port = { name: "s3", port: NODE_PORTS.s3, protocol: "TCP" };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: STORE.namespace, labels } },
    { apiVersion: "v1", kind: "Service", metadata, spec: { ports: [{ ...port, targetPort: NODE_PORTS.s3 }] } },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { ...metadata, labels: { ...labels, "kubernetes.io/service-name": "s3" } },
      addressType: "IPv4",
      endpoints: [{ addresses: [at.nodeAddress] }],
      ports: [port],
    },
  ];
}
