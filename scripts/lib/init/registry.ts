import {
  CreateRepositoryCommand,
  DescribeRegistryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  PutReplicationConfigurationCommand,
  type ReplicationRule,
} from "@aws-sdk/client-ecr";
import { type Place, REPOSITORY_PREFIX as PREFIX } from "../../../infra/core/aws/names";
import { awsClient, isMissing } from "../aws/client";
import type { Found, Item } from "./item";

/** A repository whose images are looked through when they arrive and never change under their name. */
export function repositoryItem(place: Place, repositoryName: string, tags: Readonly<Record<string, string>>): Item {
  const ecr = awsClient(ECRClient, { region: place.region });
  const make = () =>
    ecr.send(
      new CreateRepositoryCommand({
        repositoryName,
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        // Under the account's own key for registries: images hold no secrets.
        encryptionConfiguration: { encryptionType: "KMS" },
        tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    );

  async function look(): Promise<Found> {
    const found = await ecr
      .send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }))
      .then(({ repositories }) => repositories?.[0])
      .catch((error) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
    if (found === undefined) return { todo: [{ what: "repository", run: make }], differs: [] };
    const is = {
      "tag mutability": [found.imageTagMutability, "IMMUTABLE"],
      "scan on push": [found.imageScanningConfiguration?.scanOnPush ?? false, true],
      encryption: [found.encryptionConfiguration?.encryptionType, "KMS"],
    };
    const differs = Object.entries(is)
      .filter(([, [now, must]]) => now !== must)
      .map(([what, [now, must]]) => `${what} is ${now}, must be ${must}`);
    return { todo: [], differs };
  }

  return { name: `repository ${repositoryName}`, region: place.region, look };
}

/** What is pushed into the first region's registry goes into the others'. The registry's other rules stay. */
export function replicationItem(first: Place, others: readonly Place[]): Item {
  const ecr = awsClient(ECRClient, { region: first.region });
  const isOurs = ({ repositoryFilters }: ReplicationRule) => repositoryFilters?.some(({ filter }) => filter === PREFIX);

  async function look(): Promise<Found> {
    const { replicationConfiguration } = await ecr.send(new DescribeRegistryCommand({}));
    const rules = replicationConfiguration?.rules ?? [];
    const destinations = rules.find(isOurs)?.destinations ?? [];
    const missing = others
      .filter(({ region, account }) => !destinations.some((d) => d.region === region && d.registryId === account))
      .map(({ region, account }) => ({ region, registryId: account }));
    if (missing.length === 0) return { todo: [], differs: [] };
    const ours: ReplicationRule = {
      repositoryFilters: [{ filter: PREFIX, filterType: "PREFIX_MATCH" }],
      destinations: [...destinations, ...missing],
    };
    const next = { rules: [...rules.filter((rule) => !isOurs(rule)), ours] };
    const run = () => ecr.send(new PutReplicationConfigurationCommand({ replicationConfiguration: next }));
    return { todo: [{ what: `replication into ${missing.map(({ region }) => region).join(", ")}`, run }], differs: [] };
  }

  return { name: `registry ${PREFIX}*`, region: first.region, look };
}
