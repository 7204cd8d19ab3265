import type { Problem } from "../core/errors";
import { clustersHaveAdmins, rolesHaveOneAccess } from "./rules/access";
import { accountIsNamed, environmentNameFitsBuckets } from "./rules/account";
import { adaptersAreMergedIn } from "./rules/adapters";
import { airgapHasNoHole } from "./rules/airgap";
import { auditIsKept } from "./rules/audit";
import { budgetMakesSense } from "./rules/budget";
import {
  blockHasNotEnded,
  karpenterPoolsAreSimple,
  ladderNamesItsReservations,
  ladderReachesEveryRegion,
  multiNodePoolsHaveEfa,
  poolNamesAreFree,
  poolsHoldTheirReleases,
} from "./rules/capacity";
import {
  certificatesAreOfTheirRegion,
  certificatesCoverEveryRegion,
  tlsEndsOnce,
  zoneHasAHostname,
} from "./rules/certificates";
import { graceCoversTheDrain } from "./rules/drain";
import { engineIsAboveItsFloor, regulatedRunsNoRepositoryCode, waiversNameChecks } from "./rules/engine";
import { engineTakesItsArguments } from "./rules/engine-arguments";
import {
  acceleratorShowsItsClients,
  certificatesHaveAName,
  entrancesHaveNamesOfTheirOwn,
  silenceIsShorterThanTheLoadBalancers,
  streamsEndBeforeTheirTarget,
} from "./rules/entrances";
import {
  acceleratorIsPublic,
  loadBalancersNameTheirClients,
  publicEndpointNamesItsCallers,
  publicTrafficIsEncrypted,
} from "./rules/exposure";
import {
  gpusReadTheirCache,
  gpusShareTheirModel,
  lengthsAreTheModels,
  modelFamiliesAreKnown,
  runningReleasesFitTheirGpus,
} from "./rules/fit";
import { instanceTypesAreInTheirRegions, instanceTypesAreInTheirZones } from "./rules/instance-regions";
import { researchOnlyStaysOutOfProduction } from "./rules/licences";
import { alertsHaveReceivers, receiversHaveATarget } from "./rules/monitoring";
import { rangesAreWhole, rangesNameRegions, rangesStayApart } from "./rules/network";
import { offHoursAreForDevelopment } from "./rules/off-hours";
import { poolOfModelExists, runningReleasesHaveOnePool, tensorParallelFitsOneNode } from "./rules/placement";
import { platformReadsEverything } from "./rules/platform";
import {
  candidatePercentBelongsToCanary,
  pointersAreDistinct,
  pointersArePinned,
  withdrawnReleasesStayAway,
} from "./rules/pointers";
import { policiesNameModels, policyDefaultIsOneOfItsModels, routesHaveNamesOfTheirOwn } from "./rules/policies";
import { acceleratorPoolsAreMeasured, instanceTypesAreKnown, poolsSayWhatTheyAre } from "./rules/pools";
import { mailNeedsAws, metricsHaveAPlace } from "./rules/receivers";
import { oneRegionServes, statesNameRegions } from "./rules/region-states";
import { regionSharesAddUp, regionsAreDistinct, regionsExist } from "./rules/regions";
import { haHasTwoReplicas } from "./rules/replicas";
import { blocksAreOfTheFamilyP, reservedZonesAreUsed } from "./rules/reserved-zones";
import { regionsKeepResidency } from "./rules/residency";
import type { Checked, Rule } from "./rules/rule";
import { sourcesArePinned } from "./rules/sources";
import { weightsBucketIsTheRegionsOwn, weightsKeyIsWhole, weightsLieOnRequiredMount } from "./rules/weights";
import { existingVpcsSpanZones, zonesBelongToTheirRegions } from "./rules/zones";

/** Every rule over more than one value. All of them run, so that all problems are known at once. */
const RULES: readonly Rule[] = [
  accountIsNamed,
  environmentNameFitsBuckets,
  regionsExist,
  regionsAreDistinct,
  regionsKeepResidency,
  regionSharesAddUp,
  statesNameRegions,
  oneRegionServes,
  airgapHasNoHole,
  rangesNameRegions,
  rangesAreWhole,
  rangesStayApart,
  zonesBelongToTheirRegions,
  existingVpcsSpanZones,
  publicEndpointNamesItsCallers,
  clustersHaveAdmins,
  rolesHaveOneAccess,
  poolsSayWhatTheyAre,
  poolNamesAreFree,
  instanceTypesAreKnown,
  instanceTypesAreInTheirRegions,
  instanceTypesAreInTheirZones,
  acceleratorPoolsAreMeasured,
  ladderNamesItsReservations,
  ladderReachesEveryRegion,
  reservedZonesAreUsed,
  blocksAreOfTheFamilyP,
  blockHasNotEnded,
  karpenterPoolsAreSimple,
  multiNodePoolsHaveEfa,
  poolsHoldTheirReleases,
  offHoursAreForDevelopment,
  weightsKeyIsWhole,
  weightsLieOnRequiredMount,
  weightsBucketIsTheRegionsOwn,
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
  researchOnlyStaysOutOfProduction,
  adaptersAreMergedIn,
  engineTakesItsArguments,
  poolOfModelExists,
  runningReleasesHaveOnePool,
  modelFamiliesAreKnown,
  gpusShareTheirModel,
  gpusReadTheirCache,
  lengthsAreTheModels,
  tensorParallelFitsOneNode,
  runningReleasesFitTheirGpus,
  policiesNameModels,
  policyDefaultIsOneOfItsModels,
  routesHaveNamesOfTheirOwn,
  loadBalancersNameTheirClients,
  publicTrafficIsEncrypted,
  acceleratorIsPublic,
  certificatesAreOfTheirRegion,
  certificatesCoverEveryRegion,
  zoneHasAHostname,
  tlsEndsOnce,
  auditIsKept,
  alertsHaveReceivers,
  receiversHaveATarget,
  metricsHaveAPlace,
  mailNeedsAws,
  budgetMakesSense,
  platformReadsEverything,
  silenceIsShorterThanTheLoadBalancers,
  streamsEndBeforeTheirTarget,
  acceleratorShowsItsClients,
  certificatesHaveAName,
  entrancesHaveNamesOfTheirOwn,
];

export const ruleProblems = (stack: Checked): Problem[] => RULES.flatMap((rule) => rule(stack));
