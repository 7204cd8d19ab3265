import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../config/schema";
import { namespaceObjects } from "../values/namespaces";
import { type InCell, registerInStages } from "./rendered-chart";

/** The namespaces of one cell, with Pod Security levels and default-deny network rules. */
export class Namespaces extends pulumi.ComponentResource {
  constructor(region: string, config: StackConfig, { parent, dependsOn }: InCell) {
    super("homeport:kubernetes:Namespaces", region, {}, { parent });
    const all = namespaceObjects(config);
    const namespaces = registerInStages(
      region,
      all.filter(({ kind }) => kind === "Namespace"),
      { parent: this, dependsOn },
    );
    const rules = all.filter(({ kind }) => kind !== "Namespace");
    registerInStages(region, rules, { parent: this, dependsOn: namespaces });
    this.registerOutputs();
  }
}
