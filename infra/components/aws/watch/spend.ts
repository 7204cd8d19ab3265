import { Budget } from "@pulumi/aws/budgets/budget";
import * as pulumi from "@pulumi/pulumi";
import { alarmTopicArn } from "../../../core/aws/names";
import { budgetArgs } from "../../../values/aws/cost/spend";
import type { AwsCell, CellOptions } from "../cell";

/** Tells the receivers when the month's bill nears what was expected. Lives in the first region; cost: none. */
export class Spend extends pulumi.ComponentResource {
  constructor({ region, place, config }: AwsCell, monthlyUsd: number, { parent, dependsOn = [] }: CellOptions) {
    super("homeport:aws:Spend", region, {}, { parent });
    const args = budgetArgs(place, { monthlyUsd, monitoring: config.monitoring }, alarmTopicArn(place));
    new Budget(`${region}/budget`, args, { parent: this, dependsOn: [...dependsOn] });
    this.registerOutputs();
  }
}
