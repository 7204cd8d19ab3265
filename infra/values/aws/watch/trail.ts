import { bucketArn, type Place, trailBucket, trailName, weightsBucket } from "../../../core/aws/names";

/** One trail for the environment: who changed what in the account, and who read or wrote weights, in all its regions. */
export const trailArgs = (home: Place, places: readonly Place[]) => ({
  name: trailName(home),
  s3BucketName: trailBucket(home),
  isMultiRegionTrail: true,
  includeGlobalServiceEvents: true,
  enableLogFileValidation: true,
  advancedEventSelectors: [
    {
      name: "management",
      fieldSelectors: [{ field: "eventCategory", equals: ["Management"] }],
    },
    {
      name: "weights",
      fieldSelectors: [
        { field: "eventCategory", equals: ["Data"] },
        { field: "resources.type", equals: ["AWS::S3::Object"] },
        {
          field: "resources.ARN",
          startsWiths: places.map((place) => `${bucketArn(place, weightsBucket(place))}/`),
        },
      ],
    },
  ],
});
