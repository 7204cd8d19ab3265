import type { KubernetesObject } from "../../../infra/core/kubernetes-object";
import type { RenderedStack } from "../render/render";

export interface UsedImage {
  region: string;
  image: string;
  /** `Deployment homeport-models/chat-r42`, `chart envoy-gateway`. */
  by: string;
}

/** Fields that hold an image in the objects that we render: containers of pods, and those that operators make of them. */
function imageFields(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(imageFields);
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "image" && typeof inner === "string" ? [inner] : imageFields(inner),
  );
}

/** A chart's values name an image whole, or in two parts: `image: { repository, tag }`. */
function chartImages(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(chartImages);
  if (value === null || typeof value !== "object") return [];
  const { repository, tag, digest } = value as Record<string, unknown>;
  const whole = typeof repository === "string" ? [`${repository}${digest ? `@${digest}` : tag ? `:${tag}` : ""}`] : [];
  return [
    ...whole,
    ...Object.entries(value).flatMap(([key, inner]) =>
      key === "image" && typeof inner === "string" ? [inner] : chartImages(inner),
    ),
  ];
}

const named = ({ kind, metadata: { namespace, name } }: KubernetesObject): string =>
  `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;

/** Every image that the nodes of a plan will pull; a chart that names none brings those of its own. */
export function imagesIn({ objects, charts }: Pick<RenderedStack, "objects" | "charts">): UsedImage[] {
  const ours = objects.flatMap(({ region, object }) =>
    imageFields(object).map((image) => ({ region, image, by: named(object) })),
  );
  const theirs = charts.flatMap(({ region, name, version, values }) => {
    const images = chartImages(values);
    return (images.length > 0 ? images : [`whatever chart ${name} ${version} names`]).map((image) => ({
      region,
      image,
      by: `chart ${name}`,
    }));
  });
  return [...ours, ...theirs];
}
