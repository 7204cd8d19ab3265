import type { LicenceClass } from "./licences";
import generated from "./model-configs.generated.json";
import copied from "./model-configs.json";
import recorded from "./open-models.json";

/** An open-weight model: families that articles name, and today's. Rows, each with its sources, in open-models.json. */
export interface OpenModel {
  /** As the hub calls it. */
  id: string;
  family: string;
  /** All parameters, in billions (10^9): of a mixture of experts all experts, for all of them are loaded. */
  parametersB: number;
  /** Of a mixture of experts, those that a token passes, in billions. */
  activeB?: number;
  /** As its card names it. */
  licence: string;
  licenceClass: LicenceClass;
  commercialUse: "yes" | "with its terms" | "no";
  /** The hub gives it only to a token whose owner accepted the terms. */
  gated: boolean;
  /** `YYYY-MM-DD`, or `YYYY-MM` where no day was found. */
  released: string;
  /** Name of its config.json in the recorded ones. Left out: none was found, and what needs it says so. */
  config?: string;
  /** Other names of the same architecture and size, such as its base model. */
  aliases?: readonly string[];
  /** Provider -> the name under which it sells these weights. */
  hosted: Readonly<Record<string, string>>;
  source: string;
}

type Row = Omit<OpenModel, "hosted" | "licenceClass" | "commercialUse"> & {
  hosted: Readonly<Record<string, string | undefined>>;
  licenceClass: string;
  commercialUse: string;
};

export const OPEN_MODELS = recorded.models as readonly Row[] as readonly OpenModel[];

/** The day on which cards and configs were read, and from where. */
export const OPEN_MODELS_READ = { asOf: recorded.recordedOn, source: recorded.source };

const CONFIGS: Readonly<Record<string, unknown>> = { ...generated.configs, ...copied.configs };

/** By id or another of its names, in any case; a hub address (`hf://org/model@commit`) works too. */
export function openModel(name: string): OpenModel | undefined {
  const wanted = name
    .replace(/^hf:\/\//, "")
    .replace(/@.*$/, "")
    .toLowerCase();
  return OPEN_MODELS.find(({ id, aliases = [] }) => [id, ...aliases].some((known) => known.toLowerCase() === wanted));
}

const nameIn = (id: string): string =>
  id
    .toLowerCase()
    .replace(/^.*\//, "")
    .replace(/^meta-/, "");

/** Of which model an address of the hub is a copy by its name: quantised, or tuned further (`org/MiniMax-M2.7-AWQ`). */
export function copiedModel(address: string): OpenModel | undefined {
  if (!address.startsWith("hf://")) return undefined;
  const name = nameIn(address.replace(/@.*$/, ""));
  return OPEN_MODELS.filter(({ id }) => name.startsWith(nameIn(id)) && /^([-_.]|$)/.test(name.slice(nameIn(id).length)))
    .sort((a, b) => a.id.length - b.id.length)
    .at(-1);
}

/** Its config.json as the hub has it, without the parts of vision and audio. */
export const configOf = ({ config }: OpenModel): unknown => (config === undefined ? undefined : CONFIGS[config]);
