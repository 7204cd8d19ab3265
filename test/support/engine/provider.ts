import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { CheckResult, CreateResult, DiffResult, Provider, UpdateResult } from "@pulumi/pulumi/provider";
import { awsAnswer, awsId } from "../../../scripts/lib/render/aws-answers";
import { plainInputs } from "../../../scripts/lib/render/plain-inputs";
import { judgePlan } from "../aws/conforms";
import { MAPPED_TYPES } from "../aws/mapped-types";
import { planned } from "../aws/planned";
import { replacedBy } from "../aws/replacements";

type Fields = Record<string, unknown>;

/** What one call did, as a line of the journal. */
export interface JournalEntry {
  verb: "create" | "update" | "delete";
  type: string;
  name: string;
}

/**
 * Stands in for one of Pulumi's providers while the engine is real: Check is AWS's schemas, Diff replaces what AWS
 * would replace, ids follow from names, and nothing is made but a line in a journal. What it cannot know: what AWS
 * itself would answer.
 */
export class StandInProvider implements Provider {
  readonly version: string;

  constructor(
    private readonly files: {
      /** Gets a line of JSON for each change. */
      journal: string;
      /** Names the region, if any, whose cluster does not answer; read anew at each call. */
      lost: string;
    },
    version: string,
  ) {
    this.version = version;
  }

  async check(urn: string, _olds: Fields, news: Fields): Promise<CheckResult> {
    const { type, name } = parsed(urn);
    const { problems } = judgePlan([planned(type, name, plainInputs(news))]);
    return { inputs: news, failures: problems.map((reason) => ({ property: "", reason })) };
  }

  async diff(_id: string, urn: string, olds: Fields, news: Fields): Promise<DiffResult> {
    this.answersFor(urn);
    const changed = changedKeys(this.inputsIn(urn, olds), news);
    return { changes: changed.length > 0, replaces: changed.filter((key) => replaces(urn, key, olds, news)) };
  }

  async create(urn: string, inputs: Fields): Promise<CreateResult> {
    this.write("create", urn);
    return { id: awsId(parsed(urn).name), outs: state(urn, inputs) };
  }

  async read(id: string, urn: string, props: Fields = {}) {
    this.answersFor(urn);
    return { id, props, inputs: this.inputsIn(urn, props) };
  }

  async update(_id: string, urn: string, _olds: Fields, news: Fields): Promise<UpdateResult> {
    this.write("update", urn);
    return { outs: state(urn, news) };
  }

  async delete(_id: string, urn: string): Promise<void> {
    this.write("delete", urn);
  }

  private write(verb: JournalEntry["verb"], urn: string): void {
    this.answersFor(urn);
    appendFileSync(this.files.journal, `${JSON.stringify({ verb, ...parsed(urn) } satisfies JournalEntry)}\n`);
  }

  /** A cluster that is gone answers nothing; AWS's own interface in that region does. */
  private answersFor(urn: string): void {
    const { type, name } = parsed(urn);
    const lost = existsSync(this.files.lost) ? readFileSync(this.files.lost, "utf8").trim() : "";
    if (type.startsWith("kubernetes:") && lost !== "" && name.startsWith(`${lost}/`))
      throw new Error(`${name}: the cluster of ${lost} does not answer`);
  }

  /** The state without what the provider itself has added to it. */
  private inputsIn(urn: string, props: Fields): Fields {
    const own = ownAnswers(urn);
    return Object.fromEntries(Object.entries(props).filter(([key, value]) => !same(own[key], value)));
  }
}

/** `urn:pulumi:prod::homeport::parent$aws:ec2/vpc:Vpc::us-east-1/vpc` */
function parsed(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

const ownAnswers = (urn: string): Fields => {
  const { type, name } = parsed(urn);
  if (type === "random:index/randomPassword:RandomPassword") return { result: `made for ${name}` };
  return type.startsWith("aws:") ? awsAnswer(type, name, {}) : {};
};

/** What the program gave, and what AWS adds to it. */
const state = (urn: string, inputs: Fields): Fields => {
  const { type, name } = parsed(urn);
  return type.startsWith("aws:") ? awsAnswer(type, name, inputs) : { ...ownAnswers(urn), ...inputs };
};

const changedKeys = (olds: Fields, news: Fields): string[] =>
  [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter((key) => !same(olds[key], news[key])).sort();

const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** The engine keeps no order of fields. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value ?? null;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([key, inner]) => [key, sorted(inner)]));
}

/** Whether a change of this one property makes a new resource. */
function replaces(urn: string, key: string, olds: Fields, news: Fields): boolean {
  const { type, name } = parsed(urn);
  if (type.startsWith("random:")) return key !== "result";
  if (type.startsWith("kubernetes:"))
    return key === "apiVersion" || key === "kind" || (key === "metadata" && renamed(olds, news));
  if (MAPPED_TYPES[type] === undefined) return false;
  const changed = { ...olds, [key]: news[key] };
  return replacedBy(planned(type, name, plainInputs(olds)), planned(type, name, plainInputs(changed))).length > 0;
}

const renamed = (olds: Fields, news: Fields): boolean =>
  ["name", "namespace"].some((key) => (olds.metadata as Fields)?.[key] !== (news.metadata as Fields)?.[key]);
