import { eachOf } from "../../../infra/agent/node-cache/parallel";
import { keyAlias, type Place, repositoryName, stateBucket, weightsBucket } from "../../../infra/core/aws/names";
import { OperationError } from "../../../infra/core/errors";
import { bucketItem } from "./bucket";
import type { Found, Item } from "./item";
import { keyItem } from "./key";
import { replicationItem, repositoryItem } from "./registry";

/** An item with what was found; an empty `todo` says that it is as it must be. */
export type Planned = Item & Found;

export interface InitInput {
  places: readonly [Place, ...Place[]];
  /** Every image of the stack, by digest, as its origin names it. */
  images: readonly string[];
  tags: Readonly<Record<string, string>>;
}

/** Everything that outlives the stacks, keys before what they encrypt. */
export function initItems({ places, images, tags }: InitInput): Item[] {
  const [first, ...others] = places;
  const state = { name: stateBucket(first), key: "state" as const, tags };
  const repositories = [...new Set(images.map(repositoryName))].sort();
  return [
    keyItem(first, "state", tags),
    bucketItem(first, state),
    ...places.flatMap((place) => [
      keyItem(place, "weights", tags),
      bucketItem(place, { name: weightsBucket(place), key: "weights", objectLock: true, tags }),
    ]),
    ...places.flatMap((place) => repositories.map((name) => repositoryItem(place, name, tags))),
    ...(others.length > 0 && repositories.length > 0 ? [replicationItem(first, others)] : []),
  ];
}

const WIDTH = 8;

/** Looks at everything, changes nothing. Throws OperationError with all that is another way than it must be. */
export async function planInit(items: readonly Item[]): Promise<Planned[]> {
  const { signal } = new AbortController();
  const planned = await eachOf(items, WIDTH, signal, async (item) => ({ ...item, ...(await item.look()) }));
  const wrong = planned.flatMap(({ name, region, differs }) => differs.map((text) => `${name} (${region}): ${text}`));
  if (wrong.length === 0) return planned;
  throw new OperationError(
    `${wrong.length} setting${wrong.length === 1 ? " is" : "s are"} not ours, nothing was changed:\n  ${wrong.join("\n  ")}\n`,
    "find out who made them; set them right, or give the environment another name",
  );
}

/** In order, because a bucket needs its key. What is done stays done: a second run goes on where this one stopped. */
export async function runInit(planned: readonly Planned[], onDone: (text: string) => void): Promise<void> {
  for (const { name, region, todo } of planned)
    for (const { what, run } of todo) {
      await run();
      onDone(`${name} (${region}): ${what}`);
    }
}

/** What to type next, so that Pulumi keeps its state and secrets there. */
export const pulumiLines = (first: Place): [string, string] => [
  `pulumi login 's3://${stateBucket(first)}?region=${first.region}'`,
  `pulumi stack init ${first.environment} --secrets-provider 'awskms://${keyAlias(first, "state")}?region=${first.region}'`,
];
