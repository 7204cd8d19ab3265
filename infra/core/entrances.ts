import { DATA_CLASSES, type DataClass } from "./data-class";

/**
 * Where clients of one data class find one model. On AWS each has a load balancer in every region, because a load
 * balancer's health is that of all its models together, and a region may be ready for one model and not for another.
 */
export interface Entrance {
  /** `chat-internal`; the same in every region and for ever. */
  key: string;
  model: string;
  dataClass: DataClass;
  /** First label of its DNS name: `chat`, or `chat-public` where a more sensitive class of the model has the short one. */
  label: string;
}

interface Callers {
  policies: Readonly<Record<string, { models: readonly string[]; class: DataClass }>>;
}

export const entranceKey = (model: string, dataClass: DataClass): string => `${model}-${dataClass}`;

/**
 * Every pair of a model and a data class that some policy makes. The most sensitive class has the model's own name: a
 * class added later can then never draw clients of a more sensitive one to its proxies.
 */
export function entrancesOf({ policies }: Callers): Entrance[] {
  const classes = new Map<string, Set<DataClass>>();
  for (const policy of Object.values(policies))
    for (const model of policy.models) classes.set(model, (classes.get(model) ?? new Set()).add(policy.class));
  return [...classes].flatMap(([model, used]) => {
    const sorted = DATA_CLASSES.filter((dataClass) => used.has(dataClass));
    return sorted.map((dataClass) => {
      const key = entranceKey(model, dataClass);
      return { key, model, dataClass, label: dataClass === sorted.at(-1) ? model : key };
    });
  });
}

/** The entrance's name over all regions: `chat.llm.example.com`. */
export const hostOf = ({ label }: Entrance, hostname: string): string => `${label}.${hostname}`;

/** First label of its name in one region, for drills and for finding a fault: `chat-us-east-1`. */
export const regionalLabelOf = ({ label }: Entrance, region: string): string => `${label}-${region}`;

export const regionalHostOf = (entrance: Entrance, region: string, hostname: string): string =>
  `${regionalLabelOf(entrance, region)}.${hostname}`;
