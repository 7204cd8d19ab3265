import { alarmTopicArn, type Place, partitionOf } from "../../../core/aws/names";
import { managedDefinition, toTopic } from "../../alertmanager";
import type { CostCell } from "../../cost-constants";
import { rulesOf } from "../../monitoring";
import { type PolicyDocument, policyDocument } from "../policy";

/** The managed Prometheus of one region: what it keeps, what it watches, whom it tells. */

export const workspaceAlias = ({ environment }: Pick<Place, "environment">): string => `homeport-${environment}`;

/** The same rules as in a cluster; the service keeps them as text. */
export const ruleNamespace = (cell: CostCell) => ({ name: "homeport", data: rulesOf(cell) });

export const alertDefinition = (place: Place): string =>
  managedDefinition(toTopic({ arn: alarmTopicArn(place), region: place.region }));

/** Only into workspaces of this environment: their ids are not known before they exist, their tags are. */
export const remoteWritePolicy = (place: Place): PolicyDocument =>
  policyDocument({
    Sid: "Send",
    Effect: "Allow",
    Action: "aps:RemoteWrite",
    Resource: `arn:${partitionOf(place.region)}:aps:${place.region}:${place.account}:workspace/*`,
    Condition: { StringEquals: { "aws:ResourceTag/homeport.dev/environment": place.environment } },
  });
