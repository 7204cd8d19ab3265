import { DescribeImagesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { eachOf } from "../../../infra/agent/node-cache/parallel";
import { type Place, repositoryName } from "../../../infra/core/aws/names";
import { awsClient, isMissing } from "../aws/client";
import type { Asked, Check } from "./check";

const WIDTH = 4;
const NAMED = 2;

/** Every image lies in the region's registry under the digest that the program names. */
export const imageCheck = (place: Place, { images }: Asked): Check => ({
  name: `${place.region} images`,
  look: async () => {
    const ecr = awsClient(ECRClient, { region: place.region });
    const isThere = async (image: string): Promise<boolean> => {
      const imageIds = [{ imageDigest: image.split("@")[1] }];
      try {
        await ecr.send(new DescribeImagesCommand({ repositoryName: repositoryName(image), imageIds }));
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    };
    const { signal } = new AbortController();
    const there = await eachOf(images, WIDTH, signal, isThere);
    const missing = images.filter((_, i) => there[i] === false).map((image) => image.split("@")[0]);
    if (missing.length === 0) return { found: `all ${images.length} are in ECR` };
    const more = missing.length > NAMED ? ` and ${missing.length - NAMED} more` : "";
    return {
      found: `${missing.length} of ${images.length} are not in ECR: ${missing.slice(0, NAMED).join(", ")}${more}`,
      fix: `homeport images mirror --stack ${place.environment}`,
    };
  },
});
