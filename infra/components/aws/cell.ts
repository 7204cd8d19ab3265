import type * as pulumi from "@pulumi/pulumi";
import type { Place } from "../../core/aws/names";
import type { Cell } from "../../values/aws/cell";

/** What every component of one region's AWS half is given. Plain values: what exists depends on nothing else. */
export interface AwsCell extends Cell {
  place: Place;
}

/** Options of everything in a cell; the region's AWS provider comes down from the parent. */
export interface CellOptions {
  parent: pulumi.Resource;
  dependsOn?: readonly pulumi.Resource[];
}
