/** A Kubernetes object as a chart renders it; the rest of it is nobody's business but the API server's. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  [field: string]: unknown;
}

/** `Deployment homeport-models/chat-r-0123456789-cpu`, or without the namespace. */
export const objectTitle = ({ kind, metadata: { name, namespace } }: KubernetesObject): string =>
  `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
