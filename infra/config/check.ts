import type { Problem } from "../core/errors";
import { graceCoversTheDrain } from "./rules/drain";
import { engineIsAboveItsFloor, regulatedRunsNoRepositoryCode, waiversNameChecks } from "./rules/engine";
import { engineTakesItsArguments } from "./rules/engine-arguments";
import {
  poolOfModelExists,
  runningReleasesFitTheirGpus,
  runningReleasesHaveOnePool,
  tensorParallelDividesHeads,
  tensorParallelFitsOneNode,
} from "./rules/placement";
import {
  candidatePercentBelongsToCanary,
  pointersAreDistinct,
  pointersArePinned,
  withdrawnReleasesStayAway,
} from "./rules/pointers";
import { policiesNameModels, policyDefaultIsOneOfItsModels, routesHaveNamesOfTheirOwn } from "./rules/policies";
import {
  acceleratorPoolsAreMeasured,
  instanceTypesAreInTheirRegions,
  instanceTypesAreKnown,
  poolsSayWhatTheyAre,
} from "./rules/pools";
import { regionSharesAddUp, regionsAreDistinct, regionsExist, regionsKeepResidency } from "./rules/regions";
import { haHasTwoReplicas } from "./rules/replicas";
import type { Checked, Rule } from "./rules/rule";
import { sourcesArePinned } from "./rules/sources";
import { weightsKeyIsWhole, weightsLieOnRequiredMount } from "./rules/weights";

/** Every rule over more than one value. All of them run, so that all problems are known at once. */
const RULES: readonly Rule[] = [
  regionsExist,
  regionsAreDistinct,
  regionsKeepResidency,
  regionSharesAddUp,
  poolsSayWhatTheyAre,
  instanceTypesAreKnown,
  instanceTypesAreInTheirRegions,
  acceleratorPoolsAreMeasured,
  weightsKeyIsWhole,
  weightsLieOnRequiredMount,
  pointersArePinned,
  withdrawnReleasesStayAway,
  pointersAreDistinct,
  candidatePercentBelongsToCanary,
  haHasTwoReplicas,
  graceCoversTheDrain,
  sourcesArePinned,
  engineIsAboveItsFloor,
  waiversNameChecks,
  regulatedRunsNoRepositoryCode,
  engineTakesItsArguments,
  poolOfModelExists,
  runningReleasesHaveOnePool,
  tensorParallelDividesHeads,
  tensorParallelFitsOneNode,
  runningReleasesFitTheirGpus,
  policiesNameModels,
  policyDefaultIsOneOfItsModels,
  routesHaveNamesOfTheirOwn,
];

export const ruleProblems = (stack: Checked): Problem[] => RULES.flatMap((rule) => rule(stack));
